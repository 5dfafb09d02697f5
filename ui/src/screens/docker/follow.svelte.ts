/**
 * One job as it goes on: its state as soon as it is told, and the end of its log. The program keeps
 * up to 20,000 lines; here are the last ones, and earlier ones where somebody asks.
 */
import type { JobLog, JobView, LogLine } from '../../bindings';
import { asFailure, host, type Failure } from '../../lib/host';

/** Lines from the end that are shown first, and those that are fetched at once further up. */
const TAIL = 300;
/** Lines that are held; older ones can be fetched again. */
const HELD = 3_000;
/** More than any log has: asks for its length alone. */
const FAR = 1_000_000_000;
/** A job that was only just begun may not be known yet. */
const PATIENCE = 3_000;
const PAUSE = 400;

export class Follow {
  readonly job: string;
  view = $state.raw<JobView | null>(null);
  failure = $state.raw<Failure | null>(null);
  /** The step whose log is shown; nothing shows all of it. */
  step = $state<number | null>(null);
  lines = $state.raw<LogLine[]>([]);
  /** Number of the first line that is here. */
  first = $state(0);
  total = $state(0);
  dropped = $state(0);
  #mine = 0;
  #begun: number;

  constructor(job: string, now = Date.now()) {
    this.job = job;
    this.#begun = now;
  }

  get running(): boolean {
    return this.view?.row.state === 'running';
  }

  /** Listens until it ends or somebody leaves. */
  start(): () => void {
    void this.#listen(++this.#mine);
    return () => (this.#mine += 1);
  }

  /** Shows one step's log, or all of it again. */
  choose(step: number | null): void {
    if (step === this.step) return;
    this.step = step;
    this.lines = [];
    this.first = this.total = 0;
    void this.#listen(++this.#mine);
  }

  /** Fetches lines before the first that is here. */
  async earlier(): Promise<void> {
    const mine = this.#mine;
    const until = this.first;
    const from = Math.max(0, until - TAIL);
    let found: LogLine[] = [];
    while (from + found.length < until) {
      const { log } = await this.#ask(0, from + found.length);
      if (mine !== this.#mine || log.lines.length === 0) return;
      found = [...found, ...log.lines].slice(0, until - from);
    }
    this.lines = [...found, ...this.lines];
    this.first = from;
  }

  #ask(seen: number, from: number): Promise<JobView> {
    const { job, step } = this;
    return host().call('job', { job, seen, step, log_from: from });
  }

  async #listen(mine: number): Promise<void> {
    let seen = 0;
    let next = FAR;
    while (mine === this.#mine) {
      try {
        const view = await this.#ask(seen, next);
        if (mine !== this.#mine) return;
        this.view = view;
        this.failure = null;
        const begins = next === FAR;
        next = this.#take(view.log, begins);
        const behind = next < view.log.total && (begins || view.log.lines.length > 0);
        if (!behind && view.row.state !== 'running') return;
        seen = behind ? 0 : view.number;
      } catch (thrown) {
        if (mine !== this.#mine || !this.#goesOn(asFailure(thrown))) return;
        seen = 0;
        await new Promise((done) => setTimeout(done, PAUSE));
      }
    }
  }

  /** Takes in the lines that came; returns the number of the next one to ask for. */
  #take(log: JobLog, begins: boolean): number {
    this.total = log.total;
    this.dropped = log.dropped;
    if (begins) return (this.first = Math.max(0, log.total - TAIL));
    if (log.lines.length > 0) {
      const all = [...this.lines, ...log.lines];
      const over = Math.max(0, all.length - HELD);
      this.lines = over > 0 ? all.slice(over) : all;
      this.first = log.from + log.lines.length - this.lines.length;
    }
    return log.from + log.lines.length;
  }

  /** Whether to ask again. The workspace was left, or the job is about to begin: both pass. */
  #goesOn(failure: Failure): boolean {
    const young = Date.now() - this.#begun < PATIENCE;
    if (failure.code === 'cancelled' || (failure.code === 'not-found' && young)) return true;
    this.failure = failure;
    return false;
  }
}
