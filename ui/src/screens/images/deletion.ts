/** Deleting a tag or an image: looks what would go, then asks in the one confirm dialog. */
import { digest12 } from '../../lib/format/digest';
import { confirm } from '../../state/confirm.svelte';
import { tasks } from '../../state/tasks.svelte';
import { toast } from '../../state/toast.svelte';

/** How long looking may take before the status bar shows it. */
const QUIET = 500;

/**
 * `image` is `host/repository:tag` for the tag alone, `…@digest` for the image. Rejects where the plan
 * is refused.
 */
export async function askDeletion(
  image: string,
  expected: string,
  ondone: () => void,
): Promise<void> {
  const ask = { image, expected: null };
  const plan = await tasks.start('plan_deletion', ask, `Look what deleting takes away`, QUIET)
    .reply;
  const name = plan.tag ? `the tag ${plan.tag}` : `the image ${digest12(plan.digest)}`;
  confirm.ask({
    title: `Delete ${name}?`,
    body: plan.sentences,
    label: plan.tag ? 'Delete the tag' : 'Delete the image',
    tone: 'danger',
    typed: plan.tag ?? digest12(plan.digest),
    run: async (watch) => {
      const { task, reply } = tasks.start('delete', { image, expected }, `Delete ${name}`);
      watch(task);
      await reply;
      toast.show({ tone: 'done', text: `Deleted ${name}.` });
      ondone();
    },
  });
}
