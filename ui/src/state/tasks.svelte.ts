/**
 * Long work under way. It belongs to the window and not to a screen: leaving the page neither
 * stops it nor hides it.
 */
import { asFailure, host, type LongCommand, type Reply, type Request } from '../lib/host';
import { percent } from '../lib/format/number';
import { toast } from './toast.svelte';

export class Task {
  readonly id: string;
  readonly name: string;
  step = $state('');
  done = $state(0);
  total = $state<number | null>(null);
  cancelling = $state(false);
  /** Somebody looks at it and will hear of its end there. */
  watched = $state(true);

  constructor(id: string, name: string) {
    this.id = id;
    this.name = name;
  }

  get percent(): number | null {
    return percent(this.done, this.total);
  }

  async cancel(): Promise<void> {
    this.cancelling = true;
    try {
      await host().cancel(this.id);
    } catch {
      this.cancelling = false;
    }
  }
}

class Tasks {
  running = $state.raw<Task[]>([]);
  #next = 1;

  /**
   * Starts a long command under a name that people read, "Move golden of payments/api". What is over
   * within `quiet` milliseconds is never listed.
   */
  start<N extends LongCommand>(
    command: N,
    args: Request<N>,
    name: string,
    quiet = 0,
  ): { task: Task; reply: Promise<Reply<N>> } {
    const task = new Task(`${command}-${this.#next++}-${Date.now().toString(36)}`, name);
    const list = () => void (this.running = [...this.running, task]);
    const later = quiet > 0 ? setTimeout(list, quiet) : void list();
    const reply = host()
      .long(command, args, task.id, (progress) => {
        task.step = progress.step;
        task.done = progress.done;
        task.total = progress.total;
      })
      .catch((thrown: unknown) => {
        const failure = asFailure(thrown);
        if (!task.watched && failure.code !== 'cancelled')
          toast.show({ tone: 'problem', text: `${name}: ${failure.message}` });
        throw failure;
      })
      .finally(() => {
        clearTimeout(later);
        this.running = this.running.filter((other) => other !== task);
      });
    return { task, reply };
  }
}

export const tasks = new Tasks();
