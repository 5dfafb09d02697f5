/** Settles promotions that were cut off, and says what became of each. */
import { asFailure, host } from '../lib/host';
import { queue } from '../state/queue.svelte';
import { status } from '../state/status.svelte';
import { toast } from '../state/toast.svelte';

export async function settleOpen(): Promise<void> {
  try {
    const settled = await host().call('settle');
    const trouble = settled.some(({ outcome }) => outcome === 'conflict' || outcome === 'waits');
    const text = settled.map((one) => one.message).join(' ') || 'Nothing was left to settle.';
    toast.show({ tone: trouble ? 'problem' : 'done', text });
  } catch (thrown) {
    toast.show({ tone: 'problem', text: asFailure(thrown).message });
  }
  await Promise.all([status.kept.refresh(), queue.kept.refresh()]);
}
