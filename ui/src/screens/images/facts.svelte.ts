/**
 * What the tags that are seen name now. Looked up a moment after scrolling has stopped; a look-up of
 * rows that were scrolled past is given up.
 */
import type { TagFacts } from '../../bindings';
import { host } from '../../lib/host';

/** How long nothing has to move, in milliseconds. */
const PAUSE = 140;
const MOST = 60;

export class Facts {
  readonly repository: string;
  #facts = $state.raw(new Map<string, TagFacts>());
  #timer: ReturnType<typeof setTimeout> | undefined;
  #task: string | null = null;
  #next = 0;

  constructor(repository: string) {
    this.repository = repository;
  }

  of(tag: string): TagFacts | undefined {
    return this.#facts.get(tag);
  }

  /** These tags are seen now; those of which nothing is known are looked up in a moment. */
  seen(tags: string[]): void {
    clearTimeout(this.#timer);
    const wanted = tags.filter((tag) => !this.#facts.has(tag)).slice(0, MOST);
    this.#timer = setTimeout(() => void this.#look(wanted), PAUSE);
  }

  /** Looks these tags up anew: what stands, stands until then. What is not seen is forgotten. */
  again(tags: string[]): void {
    clearTimeout(this.#timer);
    const here = new Set(tags);
    this.#facts = new Map([...this.#facts].filter(([tag]) => here.has(tag)));
    void this.#look(tags.slice(0, MOST));
  }

  leave(): void {
    clearTimeout(this.#timer);
    this.#stop();
  }

  #stop(): void {
    if (this.#task)
      void host()
        .cancel(this.#task)
        .catch(() => undefined);
    this.#task = null;
  }

  async #look(tags: string[]): Promise<void> {
    this.#stop();
    if (tags.length === 0) return;
    const task = `tags-${this.#next++}-${Date.now().toString(36)}`;
    this.#task = task;
    try {
      const ask = { repository: this.repository, tags };
      const found = await host().long('tag_facts', ask, task, () => undefined);
      this.#facts = new Map([...this.#facts, ...found.map((one) => [one.tag, one] as const)]);
    } catch {
      // A row without its digest is shown as one; opening the image says what is wrong.
    } finally {
      if (this.#task === task) this.#task = null;
    }
  }
}
