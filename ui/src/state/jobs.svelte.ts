/**
 * Jobs at the engine: builds, pushes, pulls, scans and smoke tests. They belong to the window; the
 * program keeps the last ones also when it was closed in between.
 */
import type { AskBuild, AskPush, JobRow, Scanned, Smoked, StageScanned } from '../bindings';
import { asFailure, host, type Failure, type Reply, type Request } from '../lib/host';
import { Kept } from './kept.svelte';
import { router } from './router.svelte';
import { status } from './status.svelte';
import { tasks, type JobCommand } from './tasks.svelte';
import { toast } from './toast.svelte';

/** What a job answered with, where the window was there to hear it. */
export interface Answers {
  smoke?: Smoked;
  scan?: Scanned;
  scan_stage?: StageScanned;
}

/** A job is listed a little after it was asked for. */
const SOON = 120;

class JobsState {
  kept = new Kept<JobRow[]>(() => host().call('jobs', { kinds: [] }));
  /** By job. */
  answers = $state.raw<Record<string, Answers>>({});
  /** What each build and push of this window was asked with: its Dockerfile, its image. */
  asked = $state.raw<Record<string, { build?: AskBuild; push?: AskPush }>>({});

  /** Why it came to nothing, also where it was refused before it was a job. */
  failures = $state.raw<Record<string, Failure>>({});

  get running(): JobRow[] {
    return (this.kept.value ?? []).filter((row) => row.state === 'running');
  }

  /** Another workspace has its own. */
  begin(): void {
    this.kept.clear();
    this.answers = {};
    this.asked = {};
    this.failures = {};
    void this.kept.refresh();
  }

  /**
   * Starts one under a name that people read, and returns what it is called. Its end is told by a
   * message where nobody looks at it.
   */
  start<N extends JobCommand>(command: N, args: Omit<Request<N>, 'job'>, name: string): string {
    const { task, reply } = tasks.job(command, args, name);
    this.asked = { ...this.asked, [task.id]: { [command]: { ...args, job: task.id } } };
    setTimeout(() => void this.kept.refresh(), SOON);
    void reply.then(
      (answer) => this.#done(command, task.id, name, answer),
      (thrown: unknown) => this.#failed(task.id, name, thrown),
    );
    return task.id;
  }

  async cancel(job: string): Promise<void> {
    const task = tasks.running.find((one) => one.id === job);
    // A job is called what its task is called, also where another window part began it.
    await (task ? task.cancel() : host().cancel(job));
  }

  #done<N extends JobCommand>(command: N, job: string, name: string, answer: Reply<N>): void {
    this.answers = { ...this.answers, [job]: { [command]: answer } };
    // It may have written to the history, and to a registry that was new.
    void status.kept.refresh();
    void this.kept.refresh();
    if (this.#seen(job)) return;
    const tone = isGood(command, answer) ? 'done' : 'problem';
    const words = tone === 'done' ? 'is done.' : 'ended with something to look at.';
    toast.show({ tone, text: `${name} ${words}`, action: this.#show(job) });
  }

  #failed(job: string, name: string, thrown: unknown): void {
    void this.kept.refresh();
    const failure = asFailure(thrown);
    this.failures = { ...this.failures, [job]: failure };
    if (failure.code === 'cancelled' || this.#seen(job)) return;
    const text = `${name}: ${failure.message}`;
    toast.show({ tone: 'problem', text, action: this.#show(job) });
  }

  /** Whether somebody looks at it just now. */
  #seen(job: string): boolean {
    return router.screen === 'docker' && router.place.job === job;
  }

  #show(job: string): { label: string; run: () => void } {
    const run = () => router.go({ screen: 'docker', part: 'jobs', job });
    return { label: 'Show', run };
  }
}

/** A push of which a target failed, or a test that does not pass, is over and yet not good. */
function isGood<N extends JobCommand>(command: N, answer: Reply<N>): boolean {
  const { all, passed, worse } = answer as { all?: boolean; passed?: boolean; worse?: boolean };
  if (command === 'push') return all === true;
  if (command === 'smoke') return passed === true;
  return command !== 'scan_stage' || worse !== true;
}

export const jobs = new JobsState();
