/** What a person does on the review page. After each, everything is read anew before it ends. */
import type { Review } from '../../bindings';
import { host } from '../../lib/host';
import type { Kept } from '../../state/kept.svelte';
import { neighbour, queue } from '../../state/queue.svelte';
import { router } from '../../state/router.svelte';
import { tasks, type Task } from '../../state/tasks.svelte';
import { toast } from '../../state/toast.svelte';
import { decisionOn, mainAct, nameOf, promotionFailure } from './decide';
import { reviews } from './review.svelte';

/** Approves, and promotes where that was the last approval; or promotes what is approved. */
export async function approve(
  kept: Kept<Review>,
  review: Review,
  message: string,
  watch: (task: Task) => void,
): Promise<void> {
  const promotion =
    mainAct(review) === 'promote'
      ? await promoteApproved(review, watch)
      : await decideApprove(review, message, watch);
  reviews.write(review, '');
  await reviews.fresh(kept);
  const failure = promotionFailure(promotion);
  if (failure) throw failure;
  const done = promotion ? promotion.message : `${nameOf(review)} is approved.`;
  toast.show({ tone: 'done', text: done, action: nextWaiting(review) });
}

async function decideApprove(review: Review, message: string, watch: (task: Task) => void) {
  const { task, reply } = tasks.start(
    'approve',
    decisionOn(review, message),
    `Approve ${nameOf(review)}`,
  );
  watch(task);
  return (await reply).promotion;
}

async function promoteApproved(review: Review, watch: (task: Task) => void) {
  const { task, reply } = tasks.start(
    'promote',
    { image: review.image, stage: review.stage, dry_run: false },
    `Move ${review.stage} of ${review.repository}`,
  );
  watch(task);
  return reply;
}

/** Request changes, comment or withdraw: recorded, signed, and said. */
export async function say(
  command: 'request_changes' | 'comment' | 'withdraw',
  kept: Kept<Review>,
  review: Review,
  message: string,
): Promise<void> {
  const decision = { ...decisionOn(review, message), promote: false };
  const decided = await host().call(command, decision);
  reviews.write(review, '');
  await reviews.fresh(kept);
  toast.show({ tone: 'done', text: decided.message });
}

function nextWaiting(done: Review): { label: string; run: () => void } | undefined {
  const waiting = queue.kept.value?.waiting ?? [];
  const next = neighbour(
    waiting.filter((one) => one.image !== done.image),
    undefined,
    undefined,
    1,
  );
  if (!next) return undefined;
  return {
    label: 'Next',
    run: () => router.go({ screen: 'review', image: next.image, stage: next.stage }),
  };
}
