/**
 * The Dockerfile that is edited: read, checked while it is written, and saved only over what was
 * read. Going to another file loses nothing: what was not saved is here when one comes back.
 */
import type { DockerfileCheck, DockerfileText } from '../../bindings';
import { asFailure, host, type Failure } from '../../lib/host';

const PAUSE = 250;

interface Kept {
  text: string;
  saved: string | null;
  digest: string | null;
}

export class DockerfileDoc {
  path = $state('');
  text = $state('');
  check = $state.raw<DockerfileCheck | null>(null);
  failure = $state.raw<Failure | null>(null);
  busy = $state(false);
  /** What is on disk; nothing where there is no such file. */
  #saved = $state.raw<string | null>(null);
  #digest: string | null = null;
  #others = new Map<string, Kept>();
  #latest = 0;
  #checks = 0;
  #timer: ReturnType<typeof setTimeout> | undefined;

  /** There is no such file yet. */
  get missing(): boolean {
    return this.path !== '' && this.#saved === null;
  }

  get changed(): boolean {
    return this.text !== (this.#saved ?? '');
  }

  get failing(): number {
    return this.check?.findings.filter((one) => one.fails_review).length ?? 0;
  }

  async open(path: string, labelled: boolean): Promise<void> {
    if (path === this.path && (this.changed || path === '')) return;
    this.#keep();
    const kept = this.#others.get(path);
    this.path = path;
    if (kept) this.#show(kept);
    else await this.read(labelled);
    this.look(labelled, 0);
  }

  /** Reads the file anew; what was not saved is given up. */
  async read(labelled: boolean): Promise<void> {
    const mine = ++this.#latest;
    this.busy = true;
    try {
      const read = await host().call('dockerfile', { path: this.path });
      if (mine !== this.#latest) return;
      this.#take(read);
      this.look(labelled, 0);
    } catch (thrown) {
      if (mine !== this.#latest) return;
      this.#show({ text: '', saved: null, digest: null });
      this.failure = asFailure(thrown);
    } finally {
      if (mine === this.#latest) this.busy = false;
    }
  }

  /** Saves it; false where it could not be, and `failure` says why. */
  async save(): Promise<boolean> {
    this.busy = true;
    try {
      const { path, text } = this;
      this.#take(await host().call('dockerfile_save', { path, text, digest: this.#digest }));
      return true;
    } catch (thrown) {
      this.failure = asFailure(thrown);
      return false;
    } finally {
      this.busy = false;
    }
  }

  /** A little after the last key the program says what is wrong with it. */
  look(labelled: boolean, pause = PAUSE): void {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => void this.#check(labelled), pause);
  }

  async #check(labelled: boolean): Promise<void> {
    const mine = ++this.#checks;
    try {
      const check = await host().call('dockerfile_check', { text: this.text, labelled });
      if (mine === this.#checks) this.check = check;
    } catch (thrown) {
      if (mine === this.#checks) this.failure = asFailure(thrown);
    }
  }

  #take(read: DockerfileText): void {
    this.#show({ text: read.text ?? '', saved: read.text, digest: read.digest });
  }

  #show({ text, saved, digest }: Kept): void {
    this.text = text;
    this.#saved = saved;
    this.#digest = digest;
    this.failure = null;
  }

  #keep(): void {
    if (this.path === '' || !this.changed) return void this.#others.delete(this.path);
    const { text } = this;
    this.#others.set(this.path, { text, saved: this.#saved, digest: this.#digest });
  }
}
