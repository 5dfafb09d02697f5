/**
 * Rows that the program holds, as a table asks for them, in pages: the engine's images, the health of
 * golden ones. What stands, stands until newer rows are here.
 */
import { asFailure, type Failure } from '../../lib/host';

/** Rows of one answer; the program gives no more. */
export const PAGE = 60;

export class Pages<Row, Answer extends { rows: Row[]; total: number }> {
  /** What was answered last: figures of the whole. */
  answer = $state.raw<Answer | null>(null);
  failure = $state.raw<Failure | null>(null);
  loading = $state(false);
  #read: (offset: number) => Promise<Answer>;
  #pages = $state.raw(new Map<number, Row[]>());
  #seen = { first: 0, end: 1 };
  #asked = new Set<number>();
  #round = 0;

  constructor(read: (offset: number) => Promise<Answer>) {
    this.#read = read;
  }

  /** At least one answer is here. */
  get begun(): boolean {
    return this.answer !== null;
  }

  get total(): number {
    return this.answer?.total ?? 0;
  }

  at(index: number): Row | undefined {
    return this.#pages.get(Math.floor(index / PAGE))?.[index % PAGE];
  }

  /** Where a row stands among those that are here. */
  indexOf(is: (row: Row) => boolean): number | null {
    for (const [page, rows] of this.#pages) {
      const at = rows.findIndex(is);
      if (at >= 0) return page * PAGE + at;
    }
    return null;
  }

  /** Other rows are asked for: from the top. */
  async show(): Promise<void> {
    this.#seen = { first: 0, end: 1 };
    await this.look();
  }

  /** Reads what is seen anew. */
  async look(): Promise<void> {
    const round = ++this.#round;
    this.#asked.clear();
    this.loading = true;
    const page = Math.floor(this.#seen.first / PAGE);
    const read = await this.#ask(page, round);
    if (round === this.#round) this.loading = false;
    if (!read) return;
    this.#pages = new Map([[page, read.rows]]);
    await this.seen(this.#seen.first, this.#seen.end);
  }

  /** Rows `first` to `end` are seen: fetches what of them is not here. */
  async seen(first: number, end: number): Promise<void> {
    this.#seen = { first, end };
    if (!this.begun) return;
    const to = Math.floor(Math.max(first, end - 1) / PAGE);
    for (let page = Math.floor(first / PAGE); page <= to; page += 1) await this.#fetch(page);
  }

  async #fetch(page: number): Promise<void> {
    if (this.#pages.has(page) || this.#asked.has(page) || page * PAGE >= this.total) return;
    const round = this.#round;
    this.#asked.add(page);
    const read = await this.#ask(page, round);
    this.#asked.delete(page);
    if (read) this.#pages = new Map([...this.#pages, [page, read.rows]]);
  }

  async #ask(page: number, round: number): Promise<Answer | null> {
    try {
      const read = await this.#read(page * PAGE);
      if (round !== this.#round) return null;
      this.answer = read;
      this.failure = null;
      return read;
    } catch (thrown) {
      if (round === this.#round) this.failure = asFailure(thrown);
      return null;
    }
  }
}
