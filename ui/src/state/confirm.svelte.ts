/**
 * The one confirm dialog, for everything that cannot be taken back at a keystroke. Whoever asks
 * says what will happen; what it looks like and how it is confirmed is the same everywhere.
 */
import type { Task } from './tasks.svelte';

export interface Question {
  title: string;
  /** What will happen, a paragraph each. */
  body: string[];
  /** What the button says: the act itself, never "OK". */
  label: string;
  tone?: 'gold' | 'danger' | 'plain';
  /** A word to type before it can be confirmed. */
  typed?: string;
  /** Does it. While it runs the dialog stays; where it throws, the failure is shown in it. */
  run: (watch: (task: Task) => void) => Promise<void>;
}

class Confirm {
  question = $state.raw<Question | null>(null);

  ask(question: Question): void {
    this.question = question;
  }

  close(): void {
    this.question = null;
  }
}

export const confirm = new Confirm();
