/**
 * What the window asks of the program it lives in: one call for each command of the bindings, and
 * nothing else. It never knows who answers.
 */
import type { Commands, Error as Failure, LongCommand, Progress } from '../../bindings';

export type { Failure, LongCommand, Progress };
export type CommandName = keyof Commands;
export type Request<N extends CommandName> = Commands[N][0];
export type Reply<N extends CommandName> = Commands[N][1];
export type Arguments<N extends CommandName> = Request<N> extends null ? [] : [Request<N>];

export interface Host {
  /** Asks, and waits for the whole answer. Rejects with a `Failure`. */
  call<N extends CommandName>(name: N, ...args: Arguments<N>): Promise<Reply<N>>;
  /** Asks for something long: `onProgress` hears how far it is, `cancel(task)` stops it. */
  long<N extends LongCommand>(
    name: N,
    args: Request<N>,
    task: string,
    onProgress: (progress: Progress) => void,
  ): Promise<Reply<N>>;
  /** Asks a long command to stop; it then rejects with the code `cancelled`. */
  cancel(task: string): Promise<void>;
  /** Names the window, in the title bar and in the list of windows. */
  title(text: string): void;
  /** Says that the first screen stands with its data. */
  ready(): void;
  /** Calls back whenever the window comes to the front. Returns how to stop that. */
  onFocus(callback: () => void): () => void;
}

/** Whatever was thrown, as the failure that a person is shown. */
export function asFailure(thrown: unknown): Failure {
  if (isFailure(thrown)) return thrown;
  const message = thrown instanceof globalThis.Error ? thrown.message : String(thrown);
  return { code: 'internal', message, hint: null };
}

function isFailure(thrown: unknown): thrown is Failure {
  return typeof thrown === 'object' && thrown !== null && 'code' in thrown && 'message' in thrown;
}
