/** One short message at a time. A newer one takes the older one's place; they never stack. */
const SHOWN_FOR = 7_000;

export interface ToastMessage {
  tone: 'done' | 'problem' | 'info';
  text: string;
  action?: { label: string; run: () => void };
}

class Toast {
  message = $state.raw<ToastMessage | null>(null);
  #timer: ReturnType<typeof setTimeout> | undefined;

  show(message: ToastMessage): void {
    this.message = message;
    this.resume();
  }

  close(): void {
    clearTimeout(this.#timer);
    this.message = null;
  }

  /** Stays as long as a person points at it or has the focus in it. */
  hold(): void {
    clearTimeout(this.#timer);
  }

  resume(): void {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => (this.message = null), SHOWN_FOR);
  }
}

export const toast = new Toast();
