/** Links go outside, and only where they show the host that they lead to. */
import { asFailure, host } from '../../lib/host';
import { toast } from '../../state/toast.svelte';

export async function openLink(url: string): Promise<void> {
  try {
    await host().call('open_link', url);
  } catch (thrown) {
    toast.show({ tone: 'problem', text: asFailure(thrown).message });
  }
}

/** The host of an https link; nothing for anything else. */
export function httpsHost(url: string | null): string | null {
  if (!url) return null;
  try {
    const { protocol, host } = new URL(url);
    return protocol === 'https:' ? host : null;
  } catch {
    return null;
  }
}
