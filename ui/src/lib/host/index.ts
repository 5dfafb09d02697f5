/** The host that answers, chosen once at start; what it says comes here visible (`visible.ts`). */
import type { Host } from './host';
import { visibleHost } from './visible';

export { asFailure } from './host';
export type * from './host';
export { isTauri, tauriHost } from './tauri';

let chosen: Host | null = null;

export function chooseHost(host: Host): void {
  chosen = visibleHost(host);
}

export function host(): Host {
  if (!chosen) throw new Error('no host was chosen at start');
  return chosen;
}
