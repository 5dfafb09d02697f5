/**
 * Verifying the history and rebuilding it from the registry: long work with its progress, and what
 * it found. It goes on where the screen is left, and then says its end in a message.
 */
import type { Error as Failure, HistoryVerification, Rebuilt } from '../../bindings';
import { asFailure } from '../../lib/host';
import { count, plural } from '../../lib/format/number';
import { status } from '../../state/status.svelte';
import { tasks, type Task } from '../../state/tasks.svelte';
import { toast } from '../../state/toast.svelte';

export class Proof {
  task = $state.raw<Task | null>(null);
  verified = $state.raw<HistoryVerification | null>(null);
  rebuilt = $state.raw<Rebuilt | null>(null);
  failure = $state.raw<Failure | null>(null);
  #left = false;
  #last: () => Promise<void> = () => this.verify();

  /** Does again what failed last. */
  again(): Promise<void> {
    return this.#last();
  }

  async verify(): Promise<void> {
    this.#last = () => this.verify();
    await this.#run(async () => {
      const { task, reply } = tasks.start('history_verify', null, 'Verify the history');
      this.task = task;
      this.verified = await reply;
      return verifiedWords(this.verified);
    });
  }

  async rebuild(): Promise<void> {
    this.#last = () => this.rebuild();
    await this.#run(async () => {
      const { task, reply } = tasks.start('history_rebuild', null, 'Rebuild the history');
      this.task = task;
      this.rebuilt = await reply;
      return rebuiltWords(this.rebuilt);
    });
  }

  close(): void {
    this.verified = null;
    this.rebuilt = null;
    this.failure = null;
  }

  /** The screen is left: from now on a message says how it ended. */
  leave(): void {
    this.#left = true;
    if (this.task) this.task.watched = false;
  }

  async #run(work: () => Promise<string>): Promise<void> {
    if (this.task) return;
    this.close();
    try {
      const words = await work();
      const bad = this.verified?.ok === false || (this.rebuilt?.problems.length ?? 0) > 0;
      if (this.#left) toast.show({ tone: bad ? 'problem' : 'done', text: words });
    } catch (thrown) {
      this.failure = asFailure(thrown);
    } finally {
      this.task = null;
    }
    await status.kept.refresh();
  }
}

export function verifiedWords(done: HistoryVerification): string {
  if (done.ok)
    return `Verified to entry ${count(done.entries)}. Every entry, index and signature holds.`;
  const many = plural(done.problems.length, 'thing does', 'things do');
  return `${many} not hold in ${plural(done.entries, 'entry', 'entries')}.`;
}

export function rebuiltWords(done: Rebuilt): string {
  const found = `${plural(done.repositories, 'repository', 'repositories')} read, ${plural(done.statements, 'statement')} believed, ${count(done.added)} new here.`;
  if (done.problems.length === 0) return found;
  return `${found} ${plural(done.problems.length, 'thing is', 'things are')} missing, forged or unreadable.`;
}
