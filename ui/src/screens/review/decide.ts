/** What the decision box says: pure words from a review, so that they can be read in tests. */
import type { CheckInfo, Decide, Error as Failure, Promotion, Review } from '../../bindings';
import { plural } from '../../lib/format/number';

/** The tags that would really move. */
export function movingTags(review: Review): string[] {
  return review.plan.tags.filter((move) => move.from !== move.to).map((move) => move.tag);
}

function listed(tags: string[]): string {
  if (tags.length <= 2) return tags.join(' and ');
  return `${tags[0]} and ${tags.length - 1} more`;
}

/** What the main button does: approve, or place the tags of what is approved already. */
export type MainAct = 'approve' | 'promote' | 'none';

export function mainAct(review: Review): MainAct {
  const { state } = review.standing;
  if (review.can.approve === null) return 'approve';
  if (review.can.promote === null) return 'promote';
  return state === 'waiting' || state === 'changes-requested' || state === 'approved'
    ? 'approve'
    : 'none';
}

/** The label says what happens: "Approve (1 of 2)", "Approve and move golden". */
export function mainLabel(review: Review): string {
  const tags = movingTags(review);
  if (mainAct(review) === 'promote') return `Move ${listed(tags) || review.stage}`;
  const { approvals, needed } = review.standing;
  if (!review.can.approval_promotes)
    return needed > 1 ? `Approve (${Math.min(approvals + 1, needed)} of ${needed})` : 'Approve';
  return tags.length > 0 ? `Approve and move ${listed(tags)}` : 'Approve';
}

/** "1 fails, 3 pass, 1 waived": each check is counted once, under its own word. */
export function checksWords(checks: CheckInfo[]): string {
  const of = (verdict: CheckInfo['verdict']) =>
    checks.filter((check) => check.verdict === verdict).length;
  const fail = of('fail');
  const warn = of('warn');
  const pass = of('pass');
  const waived = of('waived');
  return [
    fail && `${fail} ${fail === 1 ? 'fails' : 'fail'}`,
    warn && plural(warn, 'warning'),
    pass && `${pass} pass`,
    waived && `${waived} waived`,
  ]
    .filter(Boolean)
    .join(', ');
}

/** "0 of 1 approvals" */
export function approvalsWords(review: Review): string {
  const { approvals, needed } = review.standing;
  if (needed === 0) return 'needs no approval';
  return `${approvals} of ${needed} approvals`;
}

/** A decision on exactly what is on the screen: this digest, this evidence, that golden image. */
export function decisionOn(review: Review, message: string): Decide {
  return {
    image: review.image,
    stage: review.stage,
    message: message.trim(),
    seen: review.evidence.map((evidence) => evidence.digest),
    seen_golden: review.plan.tags[0]?.from ?? review.golden?.digest ?? null,
    promote: review.can.approval_promotes,
  };
}

/** What is withdrawn: an own objection where there is one, else the request. */
export function withdrawal(review: Review): { title: string; body: string[] } {
  const objects = review.decisions.some((one) => one.decision === 'request-changes' && one.stands);
  const name = nameOf(review);
  if (objects)
    return {
      title: 'Withdraw your request for changes?',
      body: [`${name} can be approved again.`],
    };
  return {
    title: 'Withdraw the request?',
    body: [`${name} no longer waits for ${review.stage}. It can be asked for again.`],
  };
}

/** "payments/api 2.8.1" */
export function nameOf(review: Pick<Review, 'repository' | 'version' | 'tag'>): string {
  const version = review.version ?? review.tag;
  return version ? `${review.repository} ${version}` : review.repository;
}

/** A promotion that did not end well, as the failure to show; nothing where it did. */
export function promotionFailure(
  promotion: Promotion | null,
): (Failure & { title?: string }) | null {
  if (!promotion) return null;
  const { outcome, message, missing } = promotion;
  const hint = missing.length > 0 ? `Missing now: ${missing.join(', ')}` : null;
  if (outcome === 'conflict') return { code: 'conflict', message, hint };
  if (outcome === 'refused') return { code: 'policy-refuses', message, hint };
  if (outcome === 'partial')
    return { code: 'conflict', title: 'Only a part was moved', message, hint };
  return null;
}

/** "linux/amd64, arm64, windows/amd64": the system once, where several follow it. */
export function platformsWords(platforms: string[]): string {
  let system = '';
  return platforms
    .map((platform) => {
      const [os = '', ...rest] = platform.split('/');
      const again = os === system && rest.length > 0;
      system = os;
      return again ? rest.join('/') : platform;
    })
    .join(', ');
}
