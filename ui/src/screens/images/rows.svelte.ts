/**
 * The rows of a list that the program holds: repositories of a registry, tags of a repository. There
 * may be 100,000; only the pages that are looked at are here. The search and the order are done where
 * the names are.
 */
import type {
  AskRows,
  Error as Failure,
  ListOrder,
  ListRow,
  ListRows,
  ListState,
} from '../../bindings';
import { asFailure } from '../../lib/host';

/** Rows of one answer; the program gives no more. */
export const PAGE = 50;
/** Pages kept; any can be read again. */
const KEPT = 12;

export interface View {
  search: string;
  order: ListOrder;
  /** Also pins and tools' tags. */
  tools: boolean;
}

export type ReadRows = (ask: AskRows) => Promise<ListRows>;

export class NameRows {
  readonly of: string;
  total = $state(0);
  hidden = $state(0);
  state = $state.raw<ListState | null>(null);
  failure = $state.raw<Failure | null>(null);
  view = $state.raw<View>({ search: '', order: 'newest', tools: false });
  #read: ReadRows;
  #pages = $state.raw(new Map<number, ListRow[]>());
  #seen = { first: 0, end: 1 };
  #asked = new Set<number>();
  #round = 0;

  constructor(of: string, read: ReadRows, view?: View) {
    this.of = of;
    this.#read = read;
    if (view) this.view = view;
  }

  /** At least one answer is here. */
  get begun(): boolean {
    return this.state !== null;
  }

  at(index: number): ListRow | undefined {
    return this.#pages.get(Math.floor(index / PAGE))?.[index % PAGE];
  }

  /** Where a name stands among the rows that are here; nothing where that is not known. */
  indexOf(name: string | null): number | null {
    if (name === null) return null;
    for (const [page, rows] of this.#pages) {
      const at = rows.findIndex((row) => row.name === name);
      if (at >= 0) return page * PAGE + at;
    }
    return null;
  }

  /** Names of the rows from `first` to `end` that are here. */
  names(first: number, end: number): string[] {
    const rows = Array.from({ length: end - first }, (_, at) => this.at(first + at));
    return rows.filter((row) => row !== undefined).map((row) => row.name);
  }

  /** Looks with other eyes: what stands, stands until the answer is there. */
  async show(view: View): Promise<void> {
    this.view = view;
    this.#seen = { first: 0, end: 1 };
    await this.look();
  }

  /** Reads what is seen anew, because the list has grown or changed. */
  async look(): Promise<void> {
    const round = ++this.#round;
    this.#asked.clear();
    const page = Math.floor(this.#seen.first / PAGE);
    const read = await this.#ask(page, round);
    if (read) this.#pages = new Map([[page, read.rows]]);
    if (read) await this.seen(this.#seen.first, this.#seen.end);
  }

  /** Rows `first` to `end` are seen: fetches what of them is not here. */
  async seen(first: number, end: number): Promise<void> {
    this.#seen = { first, end };
    if (!this.begun) return;
    const from = Math.floor(first / PAGE);
    const to = Math.floor(Math.max(first, end - 1) / PAGE);
    for (let page = from; page <= to; page += 1) await this.#fetch(page);
  }

  async #fetch(page: number): Promise<void> {
    if (this.#pages.has(page) || this.#asked.has(page) || page * PAGE >= this.total) return;
    const round = this.#round;
    this.#asked.add(page);
    const read = await this.#ask(page, round);
    this.#asked.delete(page);
    if (!read) return;
    this.#pages = new Map([...this.#pages, [page, read.rows] as const].slice(-KEPT));
  }

  async #ask(page: number, round: number): Promise<ListRows | null> {
    const { search, order, tools } = this.view;
    try {
      const read = await this.#read({ of: this.of, search, order, tools, offset: page * PAGE });
      if (round !== this.#round) return null;
      this.total = read.total;
      this.hidden = read.hidden;
      this.state = read.state;
      this.failure = null;
      return read;
    } catch (thrown) {
      if (round === this.#round) this.failure = asFailure(thrown);
      return null;
    }
  }
}

/** Whether this can be a repository's name (distribution-spec, "Pulling manifests"). */
export function isRepository(name: string): boolean {
  const part = '[a-z0-9]+((\\.|_|__|-+)[a-z0-9]+)*';
  return name.length <= 255 && new RegExp(`^${part}(/${part})*$`).test(name);
}
