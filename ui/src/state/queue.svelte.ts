/** What waits for review, as the registry had it when it was last read. */
import type { Candidate, Queue } from '../bindings';
import { host } from '../lib/host';
import { Kept } from './kept.svelte';

export interface QueueGroup {
  key: 'waiting' | 'mine' | 'recent';
  title: string;
  items: Candidate[];
}

class QueueState {
  kept = new Kept<Queue>(() => host().call('queue'));
  filter = $state('');

  get waiting(): number {
    return this.kept.value?.waiting.length ?? 0;
  }

  get groups(): QueueGroup[] {
    return groupsOf(this.kept.value, this.filter);
  }

  /** Every candidate in the order of the screen. */
  get flat(): Candidate[] {
    return this.groups.flatMap((group) => group.items);
  }
}

const titles = { waiting: 'Waits for you', mine: 'Yours, with others', recent: 'Recent' } as const;

export function groupsOf(queue: Queue | null, filter: string): QueueGroup[] {
  if (!queue) return [];
  const keys = ['waiting', 'mine', 'recent'] as const;
  return keys
    .map((key) => ({
      key,
      title: titles[key],
      items: queue[key].filter((candidate) => matches(candidate, filter)),
    }))
    .filter((group) => group.items.length > 0);
}

/** Every word of the filter is somewhere in what the list shows of it. */
export function matches(candidate: Candidate, filter: string): boolean {
  const text = [
    candidate.host,
    candidate.repository,
    candidate.tag,
    candidate.digest,
    candidate.stage,
    candidate.line,
    candidate.requester?.name,
  ]
    .join(' ')
    .toLowerCase();
  return filter
    .toLowerCase()
    .split(/\s+/)
    .every((word) => text.includes(word));
}

/** One candidate is one digest at one stage. */
export function sameCandidate(
  candidate: { image: string; stage: string },
  image: string | undefined,
  stage: string | undefined,
): boolean {
  return candidate.image === image && (stage === undefined || candidate.stage === stage);
}

/** The neighbour of the open candidate; with none open, the first. */
export function neighbour(
  list: Candidate[],
  image: string | undefined,
  stage: string | undefined,
  step: 1 | -1,
): Candidate | undefined {
  const at = list.findIndex((candidate) => sameCandidate(candidate, image, stage));
  if (at < 0) return list[0];
  return list[Math.max(0, Math.min(list.length - 1, at + step))];
}

export const queue = new QueueState();
