/** A build as it is written: its fields, what its folder would send, and its Dockerfile. */
import type { AskBuild, BuildSecret, ContextInfo, NameValue } from '../../bindings';
import { asFailure, host, type Failure } from '../../lib/host';
import { DockerfileDoc } from './dockerfile.svelte';
import { nameProblem, namesIn } from './reference';

export interface Pair {
  key: number;
  name: string;
  value: string;
}

export interface SecretFields {
  key: number;
  id: string;
  from: 'file' | 'environment';
  value: string;
}

let keys = 0;

export class BuildDraft {
  context = $state('');
  /** Empty is `Dockerfile` in the context. */
  dockerfile = $state('');
  tags = $state('');
  arguments = $state<Pair[]>([]);
  target = $state('');
  platform = $state('');
  labels = $state<Pair[]>([]);
  gitLabels = $state(true);
  secrets = $state<SecretFields[]>([]);
  noCache = $state(false);
  pull = $state(false);
  network = $state('');
  info = $state.raw<ContextInfo | null>(null);
  failure = $state.raw<Failure | null>(null);
  looking = $state(false);
  readonly file = new DockerfileDoc();
  #latest = 0;
  #looked = '';

  /** Where the Dockerfile is, or would be. */
  get path(): string {
    const own = this.dockerfile.trim();
    const folder = this.context.trim().replace(/[\\/]+$/, '');
    return own || (folder ? `${folder}/Dockerfile` : '');
  }

  get labelled(): boolean {
    return this.gitLabels && (this.info?.labels.length ?? 0) > 0;
  }

  get names(): string[] {
    return namesIn(this.tags);
  }

  get tagProblem(): string | null {
    return this.names.map(nameProblem).find((one) => one !== null) ?? null;
  }

  /** Why it cannot be built yet, a sentence; nothing where it can. */
  get problem(): string | null {
    if (this.context.trim() === '') return 'Choose the folder to build.';
    if (this.file.missing && this.file.text.trim() === '')
      return 'There is no Dockerfile yet: begin with a template, or choose another.';
    const halfArgument = this.arguments.some((one) => one.value && !one.name.trim());
    if (halfArgument) return 'A build argument has no name.';
    if (this.labels.some((one) => one.value && !one.name.trim())) return 'A label has no name.';
    if (this.secrets.some((one) => !one.id.trim() !== !one.value.trim()))
      return 'A secret wants its id and where it comes from.';
    return this.tagProblem;
  }

  /**
   * The folder or the file was chosen: counts what would be sent, and opens the Dockerfile. What was
   * looked at already is looked at again where somebody asks.
   */
  async look(again = false): Promise<void> {
    const context = this.context.trim();
    const wanted = `${context}\n${this.dockerfile.trim()}`;
    if (!again && wanted === this.#looked) return;
    this.#looked = wanted;
    const mine = ++this.#latest;
    if (context === '') return void (this.info = this.failure = null);
    this.looking = true;
    const opened = this.file.open(this.path, this.labelled);
    try {
      const dockerfile = this.dockerfile.trim() || null;
      const info = await host().call('build_context', { context, dockerfile });
      if (mine === this.#latest) [this.info, this.failure] = [info, null];
    } catch (thrown) {
      if (mine === this.#latest) [this.info, this.failure] = [null, asFailure(thrown)];
    }
    await opened;
    if (mine !== this.#latest) return;
    this.looking = false;
    this.file.look(this.labelled, 0);
  }

  addArgument(name = ''): void {
    this.arguments.push({ key: ++keys, name, value: '' });
  }

  addLabel(): void {
    this.labels.push({ key: ++keys, name: '', value: '' });
  }

  remove(from: 'arguments' | 'labels', row: Pair): void {
    this[from] = this[from].filter((one) => one.key !== row.key);
  }

  removeSecret(secret: SecretFields): void {
    this.secrets = this.secrets.filter((one) => one.key !== secret.key);
  }

  addSecret(): void {
    this.secrets.push({ key: ++keys, id: '', from: 'file', value: '' });
  }

  asked(): Omit<AskBuild, 'job'> {
    return {
      context: this.context.trim(),
      dockerfile: this.dockerfile.trim() || null,
      tags: this.names,
      arguments: pairs(this.arguments),
      target: this.target || null,
      platforms: this.platform ? [this.platform] : [],
      labels: pairs(this.labels),
      git_labels: this.gitLabels,
      secrets: this.secrets.flatMap(secretOf),
      no_cache: this.noCache,
      pull: this.pull,
      network: this.network || null,
    };
  }

  /** What it is called in the list of jobs. */
  get title(): string {
    const folder = this.context.trim().split(/[\\/]/).filter(Boolean).at(-1) ?? '';
    return this.names[0] ?? folder;
  }
}

function pairs(fields: Pair[]): NameValue[] {
  return fields
    .filter((one) => one.name.trim() !== '')
    .map(({ name, value }) => ({ name: name.trim(), value }));
}

function secretOf(fields: SecretFields): BuildSecret[] {
  const [id, value] = [fields.id.trim(), fields.value.trim()];
  if (!id || !value) return [];
  const file = fields.from === 'file';
  return [{ id, file: file ? value : null, environment: file ? null : value }];
}

/** It is still there when one comes back to the page; another workspace has its own. */
const drafts = new Map<string, BuildDraft>();

export function draftOf(workspace: string): BuildDraft {
  const known = drafts.get(workspace) ?? new BuildDraft();
  drafts.set(workspace, known);
  return known;
}

/** Forgets every draft, as at the start of the program. */
export function forgetDrafts(): void {
  drafts.clear();
}
