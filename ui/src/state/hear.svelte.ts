/** What others did that concerns this person: heard by the program, kept there, shown here. */
import type { Notices } from '../bindings';
import { asFailure, host } from '../lib/host';
import { Kept } from './kept.svelte';
import { toast } from './toast.svelte';

const MOST = 60;

class Hear {
  kept = new Kept<Notices>(() =>
    host().call('notices', { listen: true, unseen: false, offset: 0, limit: MOST }),
  );
  open = $state(false);

  get unseen(): number {
    return this.kept.value?.unseen ?? 0;
  }

  /** One was seen; or all of them. */
  async saw(id: number | null): Promise<void> {
    try {
      const next = await host().call('saw', { id });
      this.kept.set({ ...next, problems: this.kept.value?.problems ?? [] });
    } catch (thrown) {
      toast.show({ tone: 'problem', text: asFailure(thrown).message });
    }
  }
}

export const hear = new Hear();
