/** What the status bar says: keyring, registries, history. */
import type { Status } from '../bindings';
import { host } from '../lib/host';
import { Kept } from './kept.svelte';

class StatusState {
  kept = new Kept<Status>(() => host().call('status'));
}

export const status = new StatusState();
