/**
 * The engine of this workspace as it was last told. The program tells news as they happen; what is
 * shown here never waits for somebody to look.
 */
import type { EngineInfo } from '../bindings';
import { asFailure, host, type Failure } from '../lib/host';

/** Before the news are asked for again where that failed. */
const PAUSE = 1_000;

class EngineState {
  info = $state.raw<EngineInfo | null>(null);
  failure = $state.raw<Failure | null>(null);
  /** Count up where the engine's images or containers changed. */
  images = $state(0);
  containers = $state(0);
  #watching = 0;

  get running(): boolean {
    return this.info?.state === 'running';
  }

  /** Why nothing can be done at the engine now, a sentence; nothing where it runs. */
  get missing(): string | null {
    if (this.running) return null;
    return this.info?.message ?? this.failure?.message ?? 'Docker Engine has not answered yet.';
  }

  /** Hears news until it is told to stop; begins afresh, as for another workspace. */
  watch(): () => void {
    const mine = ++this.#watching;
    this.info = null;
    this.failure = null;
    void this.#listen(mine);
    return () => {
      if (this.#watching === mine) this.#watching += 1;
    };
  }

  /** Asks the engine itself, now. */
  async look(): Promise<void> {
    const mine = this.#watching;
    try {
      const info = await host().call('engine');
      if (mine === this.#watching) this.#take(info);
    } catch (thrown) {
      if (mine === this.#watching) this.failure = asFailure(thrown);
    }
  }

  async choose(choice: string | null): Promise<void> {
    this.#take(await host().call('choose_engine', { choice }));
    this.images += 1;
    this.containers += 1;
  }

  #take(info: EngineInfo): void {
    this.info = info;
    this.failure = null;
  }

  async #listen(mine: number): Promise<void> {
    let seen = 0;
    while (mine === this.#watching) {
      try {
        const news = await host().call('engine_news', { seen });
        if (mine !== this.#watching) return;
        seen = news.number;
        this.#take(news.engine);
        if (news.images) this.images += 1;
        if (news.containers) this.containers += 1;
      } catch (thrown) {
        if (mine !== this.#watching) return;
        // The workspace was left meanwhile, or the program has trouble: what stands, stands.
        const failure = asFailure(thrown);
        if (failure.code !== 'cancelled') this.failure = failure;
        seen = 0;
        await new Promise((done) => setTimeout(done, PAUSE));
      }
    }
  }
}

export const engine = new EngineState();
