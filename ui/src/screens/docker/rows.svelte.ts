/** The engine's images as the table asks for them, in pages; read anew whenever they change. */
import type { AskLocalImages, LocalImage, LocalImages } from '../../bindings';
import { asFailure, type Failure } from '../../lib/host';

/** Rows of one answer; the program gives no more. */
export const PAGE = 60;

export type ReadImages = (ask: AskLocalImages) => Promise<LocalImages>;

export class LocalRows {
  text = $state('');
  /** Those without a name too. */
  unnamed = $state(false);
  total = $state(0);
  /** How many have no name. */
  without = $state(0);
  bytes = $state(0);
  begun = $state(false);
  failure = $state.raw<Failure | null>(null);
  #read: ReadImages;
  #pages = $state.raw(new Map<number, LocalImage[]>());
  #seen = { first: 0, end: 1 };
  #asked = new Set<number>();
  #round = 0;

  constructor(read: ReadImages) {
    this.#read = read;
  }

  at(index: number): LocalImage | undefined {
    return this.#pages.get(Math.floor(index / PAGE))?.[index % PAGE];
  }

  find(id: string | null): LocalImage | null {
    const index = this.indexOf(id);
    return index === null ? null : (this.at(index) ?? null);
  }

  indexOf(id: string | null): number | null {
    if (id === null) return null;
    for (const [page, rows] of this.#pages) {
      const at = rows.findIndex((row) => row.id === id);
      if (at >= 0) return page * PAGE + at;
    }
    return null;
  }

  /** Looks with other eyes: what stands, stands until the answer is there. */
  async show(text: string, unnamed: boolean): Promise<void> {
    this.text = text;
    this.unnamed = unnamed;
    this.#seen = { first: 0, end: 1 };
    await this.look();
  }

  /** Reads what is seen anew. */
  async look(): Promise<void> {
    const round = ++this.#round;
    this.#asked.clear();
    const page = Math.floor(this.#seen.first / PAGE);
    const read = await this.#ask(page, round);
    if (!read) return;
    this.#pages = new Map([[page, read.rows]]);
    this.begun = true;
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

  async #ask(page: number, round: number): Promise<LocalImages | null> {
    const { text, unnamed } = this;
    try {
      const read = await this.#read({ text, unnamed, offset: page * PAGE, limit: PAGE });
      if (round !== this.#round) return null;
      this.total = read.total;
      this.without = read.unnamed;
      this.bytes = read.bytes;
      this.failure = null;
      return read;
    } catch (thrown) {
      if (round === this.#round) this.failure = asFailure(thrown);
      return null;
    }
  }
}
