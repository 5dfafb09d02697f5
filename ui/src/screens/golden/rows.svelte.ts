/**
 * The catalogue's rows as the table asks for them, in pages; and the looks at the tags of rows that
 * somebody sees. A row stands as it was last known until its look is there.
 */
import type {
  Error as Failure,
  GoldenCounts,
  GoldenPage,
  GoldenQuery,
  GoldenRow,
  GoldenShow,
  GoldenTag,
} from '../../bindings';
import { asFailure } from '../../lib/host';

export const PAGE = 60;
/** A look that is older than this is taken again when its row is seen. */
const FRESH = 5 * 60_000;

export interface Reading {
  page: (query: GoldenQuery) => Promise<GoldenPage>;
  look: (tags: GoldenTag[]) => Promise<GoldenRow[]>;
}

const key = (row: GoldenTag) => `${row.repository}:${row.tag}`;

export class GoldenRows {
  readonly text: string;
  readonly show: GoldenShow;
  total = $state(0);
  counts = $state.raw<GoldenCounts | null>(null);
  failure = $state.raw<Failure | null>(null);
  begun = $state(false);
  looking = $state(false);
  #reading: Reading;
  #pages = $state.raw(new Map<number, GoldenRow[]>());
  #asked = new Set<number>();
  /** When each row was looked at here, whatever came of it. */
  #looked = new Map<string, number>();

  constructor(text: string, show: GoldenShow, reading: Reading) {
    this.text = text;
    this.show = show;
    this.#reading = reading;
  }

  at(index: number): GoldenRow | undefined {
    return this.#pages.get(Math.floor(index / PAGE))?.[index % PAGE];
  }

  /** Where a row stands; nothing where it is not here. */
  indexOf(tag: GoldenTag | null): number | null {
    if (!tag) return null;
    for (const [number, rows] of this.#pages) {
      const at = rows.findIndex((row) => key(row) === key(tag));
      if (at >= 0) return number * PAGE + at;
    }
    return null;
  }

  async begin(): Promise<void> {
    const page = await this.#ask(0);
    if (!page) return;
    this.#pages = new Map([[0, page.rows]]);
    this.#asked.clear();
    this.begun = true;
  }

  /** Rows `first` to `end` are seen: fetches what of them is not here. */
  async seen(first: number, end: number): Promise<void> {
    if (!this.begun) return;
    const to = Math.floor(Math.max(first, end - 1) / PAGE);
    for (let number = Math.floor(first / PAGE); number <= to; number += 1)
      await this.#fetch(number);
  }

  /** Looks at the tags of rows that are seen and were not looked at of late. */
  async look(first: number, end: number, now: number): Promise<void> {
    const due: GoldenTag[] = [];
    for (let index = first; index < end && due.length < PAGE; index += 1) {
      const row = this.at(index);
      if (row && this.#isDue(row, now)) due.push({ repository: row.repository, tag: row.tag });
    }
    if (due.length === 0) return;
    for (const tag of due) this.#looked.set(key(tag), now);
    this.looking = true;
    try {
      this.take(await this.#reading.look(due));
    } catch (thrown) {
      this.failure = asFailure(thrown);
    } finally {
      this.looking = false;
    }
  }

  /** Puts newer rows in the place of those that stand. */
  take(newer: GoldenRow[]): void {
    const by = new Map(newer.map((row) => [key(row), row]));
    const merged = [...this.#pages].map(
      ([number, rows]) => [number, rows.map((row) => by.get(key(row)) ?? row)] as const,
    );
    this.#pages = new Map(merged);
  }

  #isDue(row: GoldenRow, now: number): boolean {
    const here = this.#looked.get(key(row)) ?? 0;
    const before = row.looked_at && row.version ? new Date(row.looked_at).getTime() : 0;
    return now - Math.max(here, before) > FRESH;
  }

  async #fetch(number: number): Promise<void> {
    if (this.#pages.has(number) || this.#asked.has(number) || number * PAGE >= this.total) return;
    this.#asked.add(number);
    const page = await this.#ask(number);
    this.#asked.delete(number);
    if (page) this.#pages = new Map([...this.#pages, [number, page.rows]]);
  }

  async #ask(number: number): Promise<GoldenPage | null> {
    const { text, show } = this;
    try {
      const query = { text: text || null, show, offset: number * PAGE, limit: PAGE };
      const page = await this.#reading.page(query);
      this.total = page.total;
      this.counts = page.counts;
      this.failure = null;
      return page;
    } catch (thrown) {
      this.failure = asFailure(thrown);
      return null;
    }
  }
}
