/**
 * The history's rows as the table asks for them, newest first, in pages by key. Where everything is
 * shown, an entry's number is its place, so any page is one question away and a scrollbar may jump;
 * under a filter the pages are walked one after the other. Memory is bounded either way.
 */
import type { Error as Failure, HistoryPage, HistoryQuery, HistoryRow } from '../../bindings';
import { asFailure } from '../../lib/host';
import { isWhole } from './filter';

export const PAGE = 100;
/** Pages kept where any can be read again. */
const KEPT = 40;
/** Rows that may be scrolled to before they are here. */
const AHEAD = 60;

export type ReadPage = (query: HistoryQuery) => Promise<HistoryPage>;

export class HistoryRows {
  readonly query: HistoryQuery;
  total = $state(0);
  failure = $state.raw<Failure | null>(null);
  begun = $state(false);
  /** Entries that came since, where showing them at once would move what is read. */
  newer = $state(0);
  #read: ReadPage;
  /** Where entries have their place by number: the newest one's. */
  #top = $state<number | null>(null);
  #pages = $state.raw(new Map<number, HistoryRow[]>());
  #walked = $state.raw<HistoryRow[]>([]);
  #next = $state.raw<number | null>(null);
  #asked = new Set<number>();

  constructor(query: HistoryQuery, read: ReadPage) {
    this.query = query;
    this.#read = read;
  }

  /** How far the table may be scrolled. */
  get length(): number {
    if (this.#top !== null) return this.total;
    const here = this.#walked.length;
    return this.#next === null ? here : Math.min(Math.max(this.total, here + 1), here + AHEAD);
  }

  /** The newest entry's number; nothing where there is none. */
  get newest(): number | null {
    return this.#top ?? this.#walked[0]?.seq ?? null;
  }

  at(index: number): HistoryRow | undefined {
    if (this.#top === null) return this.#walked[index];
    return this.#pages.get(Math.floor(index / PAGE))?.[index % PAGE];
  }

  /** Where an entry stands; nothing where that is not known. */
  indexOf(seq: number | null): number | null {
    if (seq === null) return null;
    if (this.#top !== null) return seq <= this.#top ? this.#top - seq : null;
    const at = this.#walked.findIndex((row) => row.seq === seq);
    return at < 0 ? null : at;
  }

  /** Reads the first page. Where that fails, what stands, stands. */
  async begin(): Promise<void> {
    const page = await this.#ask(null);
    if (!page) return;
    const top = page.entries[0]?.seq ?? null;
    this.total = page.total ?? page.entries.length;
    // Numbers without a gap from 1: any page can be asked for by its number.
    this.#top = isWhole(this.query) && top === this.total ? top : null;
    this.#pages = new Map([[0, page.entries]]);
    this.#walked = this.#top === null ? page.entries : [];
    this.#next = page.next;
    this.#asked.clear();
    this.newer = 0;
    this.begun = true;
  }

  /** Looks whether there is more; shows it at once only where nothing moves by that. */
  async look(atTop: boolean): Promise<void> {
    if (atTop || !this.begun) return this.begin();
    const page = await this.#ask(null);
    const total = page?.total ?? this.total;
    if (page && page.entries[0]?.seq !== this.newest) this.newer = Math.max(1, total - this.total);
  }

  /** Rows `first` to `end` are seen: fetches what of them is not here. */
  async seen(first: number, end: number): Promise<void> {
    if (!this.begun) return;
    if (this.#top === null) {
      if (end >= this.#walked.length) await this.#walk();
      return;
    }
    const from = Math.floor(first / PAGE);
    const to = Math.floor(Math.max(first, end - 1) / PAGE);
    for (let page = from; page <= to; page += 1) await this.#jump(page);
  }

  async #jump(number: number): Promise<void> {
    const top = this.#top;
    if (top === null || this.#pages.has(number) || this.#asked.has(number)) return;
    this.#asked.add(number);
    const page = await this.#ask(top - number * PAGE + 1);
    this.#asked.delete(number);
    if (!page || this.#top !== top) return;
    const kept = [...this.#pages, [number, page.entries] as const].slice(-KEPT);
    this.#pages = new Map(kept);
  }

  async #walk(): Promise<void> {
    const after = this.#next;
    if (after === null || this.#asked.has(after)) return;
    this.#asked.add(after);
    const page = await this.#ask(after);
    this.#asked.delete(after);
    if (!page || this.#next !== after) return;
    this.#walked = [...this.#walked, ...page.entries];
    this.#next = page.next === after ? null : page.next;
  }

  async #ask(after: number | null): Promise<HistoryPage | null> {
    try {
      const page = await this.#read({ ...this.query, after, limit: PAGE });
      this.failure = null;
      return page;
    } catch (thrown) {
      this.failure = asFailure(thrown);
      return null;
    }
  }
}
