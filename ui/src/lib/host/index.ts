/** The host that answers, chosen once at start. */
import type { Host } from './host';

export { asFailure } from './host';
export type * from './host';
export { isTauri, tauriHost } from './tauri';

let chosen: Host | null = null;

export function chooseHost(host: Host): void {
  chosen = host;
}

export function host(): Host {
  if (!chosen) throw new Error('no host was chosen at start');
  return chosen;
}
