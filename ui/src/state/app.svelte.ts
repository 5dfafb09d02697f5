/** Who sits here, in which workspace, and how the window looks. */
import type { Appearance, AppState, HomeScreen } from '../bindings';
import { host } from '../lib/host';
import { hear } from './hear.svelte';
import { Kept } from './kept.svelte';
import { queue } from './queue.svelte';
import { router, type Place } from './router.svelte';
import { status } from './status.svelte';

class App {
  kept = new Kept<AppState>(() => host().call('app_state'));
  /** What the system asks for; followed where the appearance is left to it. */
  #systemDark = $state(false);

  get state(): AppState | null {
    return this.kept.value;
  }

  get theme(): 'light' | 'dark' {
    const appearance: Appearance = this.state?.appearance ?? 'system';
    if (appearance !== 'system') return appearance;
    return this.#systemDark ? 'dark' : 'light';
  }

  /** Follows the system's light and dark; returns how to stop. */
  followSystem(): () => void {
    const query = window.matchMedia('(prefers-color-scheme: dark)');
    const look = () => (this.#systemDark = query.matches);
    look();
    query.addEventListener('change', look);
    return () => query.removeEventListener('change', look);
  }

  /** Takes the state that a command answered with; another workspace starts afresh. */
  take(next: AppState): void {
    const other = next.workspace.id !== this.state?.workspace.id;
    this.kept.set(next);
    host().title(`${next.workspace.name} – Hallmark`);
    if (other) this.#begin(next);
  }

  /** Reads the state and then everything that every screen needs. */
  async start(): Promise<void> {
    const next = await this.kept.refresh();
    if (!next) return;
    host().title(`${next.workspace.name} – Hallmark`);
    this.#begin(next);
  }

  #begin(state: AppState): void {
    router.reset(homePlace(state.home_screen));
    queue.kept.clear();
    status.kept.clear();
    hear.kept.clear();
    if (state.first_run) return;
    // What is new is listened for once the first screen stands.
    void queue.kept.refresh().then(() => hear.kept.refresh());
    void status.kept.refresh();
  }

  /** First run has ended: the same workspace, now with somebody in it. */
  enter(state: AppState): void {
    this.kept.set(state);
    this.#begin(state);
  }
}

export function homePlace(home: HomeScreen): Place {
  return { screen: home === 'audit' ? 'history' : home === 'build' ? 'registries' : 'review' };
}

export const app = new App();
