/** The lines as they are known, and each one fresh once it is looked at; a few at a time. */
import type { Candidate, LineInfo, Lines, LineStage } from '../../bindings';
import { asFailure, host } from '../../lib/host';
import { Kept } from '../../state/kept.svelte';
import { queue } from '../../state/queue.svelte';

const AT_ONCE = 3;

export class LinesState {
  kept = new Kept<Lines>(() => host().call('pipeline_lines', { look: false }));
  filter = $state('');
  /** Registries are asked which repositories they have. */
  looking = $state(false);
  fresh = $state.raw<Record<string, LineInfo>>({});
  #asked = new Set<string>();
  #waiting: string[] = [];
  #busy = 0;

  get all(): LineInfo[] {
    return (this.kept.value?.lines ?? []).map((line) => this.fresh[line.repository] ?? line);
  }

  get shown(): LineInfo[] {
    const words = this.filter.toLowerCase().split(/\s+/).filter(Boolean);
    if (words.length === 0) return this.all;
    return this.all.filter((line) => {
      const text = textOf(line);
      return words.every((word) => text.includes(word));
    });
  }

  /** What is known at once; then what the registries list. */
  async start(): Promise<void> {
    await this.kept.refresh();
    void this.look();
  }

  async look(): Promise<void> {
    this.looking = true;
    try {
      this.kept.set(await host().call('pipeline_lines', { look: true }));
    } catch (thrown) {
      this.kept.failure = asFailure(thrown);
    } finally {
      this.looking = false;
    }
  }

  /** Something may have changed: what is seen is asked for again. */
  async again(): Promise<void> {
    this.#asked.clear();
    this.fresh = {};
    await this.kept.refresh();
    void this.look();
  }

  /** These lines are seen; each is asked for once. */
  see(lines: LineInfo[]): void {
    this.#waiting = lines.map((line) => line.repository).filter((one) => !this.#asked.has(one));
    while (this.#busy < AT_ONCE && this.#waiting.length > 0) void this.#next();
  }

  async #next(): Promise<void> {
    const repository = this.#waiting.shift();
    if (repository === undefined || this.#asked.has(repository)) return;
    this.#asked.add(repository);
    this.#busy += 1;
    try {
      const line = await host().call('pipeline_line', repository);
      this.fresh = { ...this.fresh, [line.repository]: line };
    } catch {
      // What was known stands; the problem is told when the whole list is read.
    } finally {
      this.#busy -= 1;
      if (this.#waiting.length > 0) void this.#next();
    }
  }
}

function textOf(line: LineInfo): string {
  const stages = line.stages.map((stage) =>
    [
      stage.name,
      stage.repository,
      stage.stands?.version,
      stage.stands?.digest,
      stage.drift ? 'drift moved' : '',
      stage.refused ? 'refused' : '',
      ...stage.tags,
    ].join(' '),
  );
  return [line.repository, ...stages].join(' ').toLowerCase();
}

/** What waits to go on to a stage of a line. */
export function waitingFor(line: LineInfo, stage: LineStage): Candidate[] {
  const value = queue.kept.value;
  const open = [...(value?.waiting ?? []), ...(value?.mine ?? [])];
  return open.filter((one) => one.of === line.repository && one.stage === stage.name);
}
