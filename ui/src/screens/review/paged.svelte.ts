/** Rows of a long list, fetched a page at a time as they come into view. */
import { asFailure, type Failure } from '../../lib/host';

export const PAGE = 60;
const KEPT_PAGES = 40;

export class Paged<T> {
  total = $state(0);
  failure = $state.raw<Failure | null>(null);
  /** The first page of the present question has not come yet; what stands is the last answer. */
  loading = $state(true);
  #pages = $state.raw(new Map<number, T[]>());
  #asked = new Set<number>();
  #question = 0;
  #fetch: (offset: number, limit: number) => Promise<{ rows: T[]; total: number }>;

  constructor(fetch: (offset: number, limit: number) => Promise<{ rows: T[]; total: number }>) {
    this.#fetch = fetch;
  }

  row(index: number): T | undefined {
    return this.#pages.get(Math.floor(index / PAGE))?.[index % PAGE];
  }

  /** Asks anew from the start, as when the question has changed. */
  async reload(): Promise<void> {
    this.#question += 1;
    this.#asked.clear();
    this.loading = true;
    await this.#page(0, true);
  }

  /** These rows are seen. */
  view(first: number, end: number): void {
    if (this.loading) return;
    const last = Math.floor(Math.max(0, end - 1) / PAGE);
    for (let page = Math.floor(first / PAGE); page <= last; page += 1) {
      if (!this.#asked.has(page) && page * PAGE < this.total) void this.#page(page, false);
    }
  }

  async #page(page: number, anew: boolean): Promise<void> {
    const question = this.#question;
    this.#asked.add(page);
    try {
      const { rows, total } = await this.#fetch(page * PAGE, PAGE);
      if (question !== this.#question) return;
      this.#pages = new Map([...(anew ? [] : [...this.#pages].slice(-KEPT_PAGES)), [page, rows]]);
      this.#asked = new Set(this.#pages.keys());
      this.total = total;
      this.failure = null;
    } catch (thrown) {
      if (question !== this.#question) return;
      this.#asked.delete(page);
      this.failure = asFailure(thrown);
    } finally {
      if (question === this.#question && anew) this.loading = false;
    }
  }
}
