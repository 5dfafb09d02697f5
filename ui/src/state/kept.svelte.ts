/**
 * A value from the program that keeps standing while a newer one is fetched: a screen shows the
 * last known state with its time, never a spinner where there was something to read.
 */
import { asFailure, type Failure } from '../lib/host';

export class Kept<T> {
  value = $state.raw<T | null>(null);
  failure = $state.raw<Failure | null>(null);
  loading = $state(false);
  /** When `value` was fetched, in milliseconds since 1970. */
  at = $state<number | null>(null);
  #load: () => Promise<T>;
  #latest = 0;

  constructor(load: () => Promise<T>) {
    this.#load = load;
  }

  /** Nothing is there yet and nothing went wrong yet: the only time to say "reading". */
  get starting(): boolean {
    return this.value === null && this.failure === null;
  }

  /** Fetches anew. Of two fetches at once, the answer to the later question stands. */
  async refresh(): Promise<T | null> {
    const mine = ++this.#latest;
    this.loading = true;
    try {
      const value = await this.#load();
      if (mine === this.#latest) this.set(value);
      return value;
    } catch (thrown) {
      if (mine === this.#latest) this.failure = asFailure(thrown);
      return null;
    } finally {
      if (mine === this.#latest) this.loading = false;
    }
  }

  /** Takes a value that came as the answer to something else. */
  set(value: T): void {
    this.value = value;
    this.failure = null;
    this.at = Date.now();
  }

  /** Forgets everything, as when another workspace is opened. */
  clear(): void {
    this.#latest += 1;
    this.value = null;
    this.failure = null;
    this.loading = false;
    this.at = null;
  }
}
