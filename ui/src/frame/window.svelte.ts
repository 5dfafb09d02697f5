/** What lies over the screens, and what is read anew when the window comes to the front. */
import { app } from '../state/app.svelte';
import { queue } from '../state/queue.svelte';
import { hear } from '../state/hear.svelte';
import { status } from '../state/status.svelte';

class WindowView {
  palette = $state(false);
  keysHelp = $state(false);
}

export const windowView = new WindowView();

/** Screens that keep something of their own say here how it is read anew. */
type Refresh = (asked: boolean) => Promise<unknown>;
const refreshers = new Set<Refresh>();

/**
 * Adds what F5 reads anew while a screen stands; returns how to take it away. It hears whether a
 * person asked, or only time passed.
 */
export function onRefresh(refresh: Refresh): () => void {
  refreshers.add(refresh);
  return () => refreshers.delete(refresh);
}

/** Reads everything anew that is on the screen; what stands, stands until the answer is there. */
export async function refreshAll(asked = false): Promise<void> {
  if (!app.state || app.state.first_run) return;
  await Promise.all([
    queue.kept.refresh(),
    status.kept.refresh(),
    hear.kept.refresh(),
    ...[...refreshers].map((refresh) => refresh(asked)),
  ]);
}
