/** Going to another workspace, and the practice team's coming and going. */
import { asFailure, host } from '../lib/host';
import { app } from '../state/app.svelte';
import { confirm } from '../state/confirm.svelte';
import { tasks } from '../state/tasks.svelte';
import { toast } from '../state/toast.svelte';

export async function switchWorkspace(home: string | null): Promise<void> {
  try {
    app.take(await host().call('switch_workspace', { home }));
  } catch (thrown) {
    tell(thrown);
  }
}

/** Opens the practice team; it is made where there is none yet. */
export async function openPractice(): Promise<void> {
  const { task, reply } = tasks.start('open_practice', null, 'Set up the practice team');
  task.watched = true;
  try {
    app.take(await reply);
  } catch (thrown) {
    tell(thrown);
  }
}

export function removePractice(): void {
  confirm.ask({
    title: 'Remove the practice workspace?',
    body: [
      'Its registry, its sample images, its history and its key are deleted from this machine.',
      'Nothing else is touched.',
    ],
    label: 'Remove practice',
    tone: 'danger',
    run: async () => {
      app.take(await host().call('remove_practice'));
      toast.show({ tone: 'done', text: 'The practice workspace is removed.' });
    },
  });
}

function tell(thrown: unknown): void {
  const failure = asFailure(thrown);
  if (failure.code === 'cancelled') return;
  toast.show({ tone: 'problem', text: [failure.message, failure.hint].filter(Boolean).join(' ') });
}
