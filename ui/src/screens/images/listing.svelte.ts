/**
 * A list being read to its end in the background, and its rows. It goes on while somebody looks at
 * what is here; it can be stopped, and what is here stays.
 */
import type { Error as Failure } from '../../bindings';
import { asFailure, host } from '../../lib/host';
import { tasks, type Task } from '../../state/tasks.svelte';
import { NameRows, type View } from './rows.svelte';

/** Rows are read anew at most this often while the list grows. */
const EVERY = 250;
/** What is over by then never shows in the status bar. */
const QUIET = 700;

export class Listing {
  readonly rows: NameRows;
  failure = $state.raw<Failure | null>(null);
  task = $state.raw<Task | null>(null);
  #name: string;
  #left = false;

  constructor(of: string, name: string, view?: View) {
    this.rows = new NameRows(of, (ask) => host().call('list_rows', ask), view);
    this.#name = name;
  }

  get reading(): boolean {
    return this.task !== null;
  }

  /** Nothing is here yet and nothing went wrong yet. */
  get starting(): boolean {
    return !this.failure && (!this.rows.begun || (this.reading && this.rows.state?.listed === 0));
  }

  /** Reads on to the end; `again` from the beginning. */
  async read(again = false): Promise<void> {
    if (this.task) return;
    this.failure = null;
    const { task, reply } = tasks.start('list', { of: this.rows.of, again }, this.#name, QUIET);
    this.task = task;
    task.watched = false;
    const looking = setInterval(() => task.done > 0 && void this.rows.look(), EVERY);
    try {
      await reply;
    } catch (thrown) {
      const failure = asFailure(thrown);
      if (failure.code !== 'cancelled') this.failure = failure;
    } finally {
      clearInterval(looking);
      this.task = null;
      if (!this.#left) await this.rows.look();
    }
  }

  async stop(): Promise<void> {
    await this.task?.cancel();
  }

  /** Nobody looks at it any more. */
  leave(): void {
    this.#left = true;
    void this.stop();
  }
}
