/**
 * Long work under way. It belongs to the window and not to a screen: leaving the page neither
 * stops it nor hides it.
 */
import { asFailure, host, type LongCommand, type Reply, type Request } from '../lib/host';
import { percent } from '../lib/format/number';
import type { Place } from './router.svelte';
import { toast } from './toast.svelte';

export class Task {
  readonly id: string;
  readonly name: string;
  /** Where more of it is seen. */
  readonly place: Place | null;
  step = $state('');
  done = $state(0);
  total = $state<number | null>(null);
  cancelling = $state(false);
  /** Somebody looks at it and will hear of its end there. */
  watched = $state(true);

  constructor(id: string, name: string, place: Place | null = null) {
    this.id = id;
    this.name = name;
    this.place = place;
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

/** Long commands that are jobs at the engine: they are kept, and can be looked at again. */
export type JobCommand = 'pull' | 'push' | 'build' | 'smoke' | 'scan' | 'scan_stage';

export interface Started<N extends LongCommand> {
  task: Task;
  reply: Promise<Reply<N>>;
}

class Tasks {
  running = $state.raw<Task[]>([]);
  #next = 1;

  /**
   * Starts a long command under a name that people read, "Move golden of payments/api". What is over
   * within `quiet` milliseconds is never listed.
   */
  start<N extends LongCommand>(command: N, args: Request<N>, name: string, quiet = 0): Started<N> {
    return this.#run(command, args, new Task(this.#id(command), name), quiet);
  }

  /** Starts a job at the engine. It is called what its task is called, so that either finds it. */
  job<N extends JobCommand>(command: N, args: Omit<Request<N>, 'job'>, name: string): Started<N> {
    const id = this.#id(command);
    const task = new Task(id, name, { screen: 'docker', part: 'jobs', job: id });
    return this.#run(command, { ...args, job: id } as unknown as Request<N>, task, 0);
  }

  /** Letters, digits and dashes: what a job may be called. */
  #id(command: LongCommand): string {
    return `${command.replace('_', '-')}-${this.#next++}-${Date.now().toString(36)}`;
  }

  #run<N extends LongCommand>(command: N, args: Request<N>, task: Task, quiet: number): Started<N> {
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
          toast.show({ tone: 'problem', text: `${task.name}: ${failure.message}` });
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
