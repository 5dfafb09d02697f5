/** What can be done on the review page, for the palette and the keys. */
import type { Candidate, Review } from '../../bindings';
import type { AppAction } from '../../state/actions.svelte';
import { queue } from '../../state/queue.svelte';
import { nameOf } from './decide';
import { reviews } from './review.svelte';

export interface Deeds {
  review: Review | null;
  move: (step: 1 | -1) => void;
  open: (candidate: Candidate) => void;
  attach: () => void;
  rollBack: () => void;
  revoke: () => void;
  filter: () => void;
  write: () => void;
}

const TABS: [string, string][] = [
  ['evidence', 'Evidence'],
  ['tests', 'Tests'],
  ['vulnerabilities', 'Vulnerabilities'],
  ['activity', 'Activity'],
];

export function reviewActions(deeds: Deeds): AppAction[] {
  return [
    ...walking(deeds),
    ...(deeds.review ? onReview(deeds, deeds.review) : []),
    ...candidates(deeds),
  ];
}

function walking(deeds: Deeds): AppAction[] {
  const group = 'Review';
  return [
    { id: 'next', label: 'Next in the list', group, keys: 'J', run: () => deeds.move(1) },
    {
      id: 'before',
      label: 'The one before in the list',
      group,
      keys: 'K',
      run: () => deeds.move(-1),
    },
    { id: 'filter', label: 'Filter the list', group, keys: '/', run: deeds.filter },
  ];
}

function onReview(deeds: Deeds, review: Review): AppAction[] {
  const group = 'Review';
  return [
    {
      id: 'decide',
      label: `Decide on ${nameOf(review)}: write why`,
      group,
      keys: 'Mod+D',
      also: 'approve promote golden',
      inFields: true,
      run: deeds.write,
    },
    {
      id: 'attach',
      label: 'Attach report…',
      group,
      also: 'evidence junit trivy',
      run: deeds.attach,
    },
    {
      id: 'rollback',
      label: `Roll back ${review.stage} of ${review.repository}…`,
      group,
      disabled: review.golden ? null : 'There is no golden image to go back from.',
      run: deeds.rollBack,
    },
    {
      id: 'revoke',
      label: `Revoke ${nameOf(review)}…`,
      group,
      also: 'ban take golden away',
      disabled: review.revoked ? 'It is revoked already.' : null,
      run: deeds.revoke,
    },
    ...TABS.map(([key, label]) => ({
      id: `tab-${key}`,
      label: `Show ${label}`,
      group,
      run: () => (reviews.tab = key),
    })),
  ];
}

function candidates(deeds: Deeds): AppAction[] {
  const { waiting = [], mine = [], recent = [] } = queue.kept.value ?? {};
  return [...waiting, ...mine, ...recent].map((candidate) => ({
    id: `open ${candidate.image} ${candidate.stage} ${candidate.since}`,
    label: `${candidate.repository} ${candidate.tag ?? ''}`,
    group: 'Image',
    also: `${candidate.digest} ${candidate.stage} ${candidate.line}`,
    run: () => deeds.open(candidate),
  }));
}
