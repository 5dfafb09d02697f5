/** The time that every relative time on the screen is told by, so that they all move together. */
const EVERY = 20_000;

class Clock {
  now = $state(Date.now());

  /** Starts ticking; returns how to stop. */
  start(): () => void {
    const timer = setInterval(() => (this.now = Date.now()), EVERY);
    return () => clearInterval(timer);
  }
}

export const clock = new Clock();
