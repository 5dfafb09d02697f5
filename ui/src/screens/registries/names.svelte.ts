/**
 * Names that a registry lists in pages: repositories of a host, tags of a repository. Reads the
 * next page where the end of the list comes near, and keeps what it has where a page fails.
 */
import type { AskNames, Error as Failure, Names } from '../../bindings';
import { asFailure } from '../../lib/host';

export class PagedNames {
  items = $state.raw<string[]>([]);
  next = $state.raw<string | null>(null);
  failure = $state.raw<Failure | null>(null);
  loading = $state(false);
  /** At least one page is here. */
  begun = $state(false);
  readonly of: string;
  #read: (ask: AskNames) => Promise<Names>;
  #round = 0;

  constructor(of: string, read: (ask: AskNames) => Promise<Names>) {
    this.of = of;
    this.#read = read;
  }

  /** Everything is here. */
  get whole(): boolean {
    return this.begun && this.next === null;
  }

  /** Reads the first page anew; what stands, stands until it is here. */
  async begin(): Promise<void> {
    await this.#page(null, ++this.#round);
  }

  /** Reads the next page, if there is one and none is on its way. */
  async more(): Promise<void> {
    if (this.loading || this.next === null) return;
    await this.#page(this.next, this.#round);
  }

  async #page(after: string | null, round: number): Promise<void> {
    this.loading = true;
    this.failure = null;
    try {
      const page = await this.#read({ of: this.of, after });
      if (round === this.#round) this.#take(page, after);
    } catch (thrown) {
      if (round === this.#round) this.failure = asFailure(thrown);
    } finally {
      if (round === this.#round) this.loading = false;
    }
  }

  #take(page: Names, after: string | null): void {
    const before = after === null ? [] : this.items;
    const had = new Set(before);
    this.items = [...before, ...page.items.filter((name) => !had.has(name))];
    // A registry that answers with the page it was asked from would never end.
    this.next = page.next === after ? null : page.next;
    this.begun = true;
  }
}

/** Every word is somewhere in the name. */
export function named(names: string[], filter: string): string[] {
  const words = filter.trim().toLowerCase().split(/\s+/).filter(Boolean);
  return names.filter((name) => words.every((word) => name.toLowerCase().includes(word)));
}

/** Whether this can be a repository's name (distribution-spec, "Pulling manifests"). */
export function isRepository(name: string): boolean {
  const part = '[a-z0-9]+((\\.|_|__|-+)[a-z0-9]+)*';
  return name.length <= 255 && new RegExp(`^${part}(/${part})*$`).test(name);
}
