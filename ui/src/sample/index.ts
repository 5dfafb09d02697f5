/**
 * A host that answers from sample data in memory, for working on the window and for its tests. It
 * is never part of a build for people: `main.ts` asks for it only in development.
 */
import type { Commands, Progress } from '../bindings';
import type { CommandName, Host } from '../lib/host';
import { answers, type Answers } from './answers';
import { SampleDocker } from './docker';
import { Team } from './team';

export interface SampleHost extends Host {
  readonly team: Team;
  readonly docker: SampleDocker;
  /** Every call so far, by name and argument. */
  readonly calls: [CommandName, unknown][];
  /** Answers a command otherwise from now on; a thrown failure is one. */
  override<N extends CommandName>(
    name: N,
    answer: (args: Commands[N][0]) => Commands[N][1] | Promise<Commands[N][1]>,
  ): void;
}

/** In scene `first-run`, `locked`, `empty`, `broken`, `marks`, `no-engine`, `engine-starting`, `no-right` or `no-scanner`; `wait`: milliseconds an answer takes. */
export function sampleHost(search = '', wait = 60): SampleHost {
  const wish = new URLSearchParams(search);
  const theme = wish.get('theme');
  const team = new Team(
    wish.get('scene') ?? 'practice',
    theme === 'dark' || theme === 'light' ? theme : 'system',
  );
  const docker = new SampleDocker(wish.get('scene') ?? 'practice');
  const table: Answers = answers(team, docker, wish.get('scene') ?? 'practice');
  const calls: [CommandName, unknown][] = [];

  const answer = async (name: CommandName, args: unknown): Promise<never> => {
    calls.push([name, args]);
    await pause(wait);
    return (await (table[name] as (args: unknown) => unknown)(args)) as never;
  };
  const cancelled = new Set<string>();
  return {
    team,
    docker,
    calls,
    override: (name, other) => Object.assign(table, { [name]: other }),
    call: (name, ...args) => answer(name, args[0] ?? null),
    long: async (name, args, task, onProgress) => {
      docker.begin(name, args);
      try {
        await walk(task, wait, onProgress, cancelled);
        return await answer(name, args);
      } catch (thrown) {
        docker.failed(args, thrown);
        throw thrown;
      }
    },
    cancel: async (task) => {
      cancelled.add(task);
      docker.cancel(task);
    },
    title: (text) => (document.title = text),
    ready: () => (document.documentElement.dataset.ready = 'yes'),
    onFocus: () => () => undefined,
  };
}

const STEPS = ['Looking again', 'Writing the intent', 'Pinning both', 'Moving golden', 'Recording'];

async function walk(
  task: string,
  wait: number,
  onProgress: (progress: Progress) => void,
  cancelled: Set<string>,
): Promise<void> {
  for (const [done, step] of STEPS.entries()) {
    onProgress({ step, done, total: STEPS.length });
    await pause(wait * 4);
    if (cancelled.has(task))
      throw { code: 'cancelled', message: 'You cancelled it; nothing was changed.', hint: null };
  }
}

function pause(milliseconds: number): Promise<void> {
  return milliseconds > 0
    ? new Promise((done) => setTimeout(done, milliseconds))
    : Promise.resolve();
}
