/** Waivers and comments that are made in the sample workspace. */
import type {
  AskTalk,
  AskWaive,
  GroupMember,
  Groups,
  Review,
  Said,
  TalkThread,
  WaiverInfo,
} from '../bindings';
import { ines } from './images';
import { digestOf } from './time';

const DAY = 24 * 3600 * 1000;

export function sampleWaiver(asked: AskWaive): WaiverInfo {
  const left = Math.ceil((new Date(`${asked.until}T00:00:00Z`).getTime() - Date.now()) / DAY);
  return {
    finding: asked.finding,
    package: asked.package,
    image: asked.image,
    reach: asked.repository ? 'repository' : 'image',
    by: ines,
    at: new Date().toISOString(),
    message: asked.message,
    until: asked.until,
    state: left <= 14 ? 'ends-soon' : 'in-force',
    days_left: Math.max(0, left),
    words: `waived by ${ines.name} until ${asked.until}`,
    statement: digestOf(`waiver ${asked.finding}`),
  };
}

/** Begins a thread, or answers in one. */
export function talked(talk: TalkThread[], asked: AskTalk): Said {
  const said: Said = {
    by: ines,
    at: new Date().toISOString(),
    message: asked.message,
    resolves: asked.resolves,
    statement: digestOf(`talk ${talk.length} ${asked.message}`),
  };
  const known = talk.find((one) => one.statement === asked.answers);
  if (known) {
    known.said.push(said);
    if (asked.resolves) known.open = known.can_resolve = false;
    return said;
  }
  talk.unshift({
    statement: said.statement,
    on: asked.on,
    asks: asked.asks,
    open: asked.asks,
    from: null,
    can_resolve: asked.asks,
    said: [said],
  });
  return said;
}

/** All that waits, in one group. */
export function sampleGroups(waiting: Review[]): Groups {
  const member = (review: Review): GroupMember => ({
    image: review.image,
    repository: review.repository,
    tag: review.tag,
    stage: review.stage,
    verdict: review.verdict,
    checks: `${review.checks.filter((one) => one.verdict === 'pass').length} pass`,
    why_not: review.can.approve,
    fixed: [],
    new: review.verdict === 'fail' ? ['CVE-2026-4863 in libwebp7'] : [],
    seen: review.evidence.map((one) => one.digest),
    seen_golden: review.golden?.digest ?? null,
  });
  const group = {
    title: `${waiting.length} images: debian:12 moved from 31d0aa51c2f0 to 7c1e0a90f3b2`,
    fixed: ['CVE-2026-20771 in openssl', 'CVE-2026-31209 in libexpat1'],
    new: [],
    members: waiting.map(member),
  };
  return { groups: waiting.length > 0 ? [group] : [], alone: [], problems: [] };
}
