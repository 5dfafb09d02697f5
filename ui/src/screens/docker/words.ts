/** What the Docker screen says: pure words and sums, so that they can be read in tests. */
import type {
  GoldenStanding,
  HealthRow,
  HealthVerdict,
  JobKind,
  JobRow,
  JobState,
  JobView,
  LayerRow,
  LocalImage,
  PushTarget,
  StepState,
} from '../../bindings';
import { shortDigest } from '../../lib/format/digest';
import { count, percent, plural, size } from '../../lib/format/number';
import { exactImage, readReference, sameRepository, type Reference } from './reference';

export const jobKinds: Record<JobKind, string> = {
  build: 'Build',
  push: 'Push',
  pull: 'Pull',
  scan: 'Scan',
  smoke: 'Smoke test',
};

/** What a job is about, its digests short: the whole one stands where it can be copied. */
export function jobTitle(title: string): string {
  return title.replace(/sha256:[0-9a-f]{64}/g, (digest) => shortDigest(digest));
}

export const jobStates: Record<JobState, string> = {
  running: 'Runs',
  done: 'Done',
  failed: 'Failed',
  cancelled: 'Stopped',
  lost: 'Lost',
};

export const stepStates: Record<StepState, string> = {
  waiting: 'Waits',
  running: 'Runs',
  cached: 'From the cache',
  done: 'Done',
  failed: 'Failed',
  cancelled: 'Stopped',
};

export const standingWords: Record<GoldenStanding, string> = {
  golden: 'golden',
  behind: 'behind golden',
  revoked: 'revoked',
};

/** What a standing means, in a sentence. */
export function standingTitle(image: LocalImage): string {
  const one = ({ repository, tag, standing, digest }: LocalImage['golden'][number]) => {
    if (standing === 'golden') return `${repository}:${tag} is this image today`;
    if (standing === 'revoked') return `Revoked; ${repository}:${tag} must not be used`;
    return `${repository}:${tag} is ${shortDigest(digest)} today; this one was golden before`;
  };
  return image.golden.map(one).join('\n');
}

/** What stands first in its row: a name, else its id. */
export function nameOf(image: LocalImage): string {
  return image.names[0] ?? shortDigest(image.id, true);
}

/** A name as it stands in the engine, apart: `shop/cart` and `1.5`. */
export function apart(name: string): { repository: string; version: string | null } {
  const colon = name.lastIndexOf(':');
  if (colon <= name.lastIndexOf('/')) return { repository: name, version: null };
  return { repository: name.slice(0, colon), version: name.slice(colon + 1) };
}

/** The digest to show of it: the registry's where there is one, else the engine's own id. */
export function digestOf(image: LocalImage): string {
  return readReference(image.digests[0] ?? '')?.digest ?? image.id;
}

/** Where registries know it, each with the tag that it has there. */
export function knownAt(image: LocalImage): Reference[] {
  const names = image.names.flatMap((name) => readReference(name) ?? []);
  // The engine may write one place in two ways, with Docker Hub's host and without.
  const places = new Map<string, Reference>();
  for (const text of image.digests) {
    const known = readReference(text);
    if (!known?.digest) continue;
    const tag = names.find((name) => sameRepository(name, known))?.tag ?? null;
    places.set(exactImage(known), { ...known, tag });
  }
  return [...places.values()];
}

const arrived = (layer: LayerRow): boolean => ['done', 'there', 'mounted'].includes(layer.state);

/** How far one layer is; it has all of it only where it arrived. */
export function layerPercent(layer: LayerRow): number | null {
  if (arrived(layer)) return 100;
  if (layer.state === 'waiting') return 0;
  const part = percent(layer.done, layer.total);
  return part === null ? null : Math.min(part, layer.state === 'finishing' ? 100 : 99);
}

export function layerWords(layer: LayerRow, pulled: boolean): string {
  switch (layer.state) {
    case 'waiting':
      return 'Waits';
    case 'moving':
      return layer.total === null
        ? size(layer.done)
        : `${size(Math.min(layer.done, layer.total))} of ${size(layer.total)}`;
    case 'finishing':
      return pulled ? 'Being unpacked' : 'Being checked';
    case 'done':
      return pulled ? 'Pulled' : 'Pushed';
    case 'there':
      return 'There already';
    case 'mounted':
      return layer.from ? `Mounted from ${layer.from}` : 'Mounted';
  }
}

/** Of all layers together: never more than there is, and all of it only where each arrived. */
export function sumOf(layers: LayerRow[]): { done: number; total: number; percent: number | null } {
  const known = layers.filter((layer) => layer.total !== null);
  const total = known.reduce((sum, layer) => sum + (layer.total ?? 0), 0);
  const done = known.reduce((sum, layer) => {
    const all = layer.total ?? 0;
    return sum + (arrived(layer) ? all : Math.max(0, Math.min(layer.done, all)));
  }, 0);
  if (layers.length > 0 && layers.every(arrived)) return { done: total, total, percent: 100 };
  const part = percent(done, total);
  return { done, total, percent: part === null ? null : Math.min(99, part) };
}

/** "3 pushed, 1 mounted, 2 there already": figures that add up to all layers. */
export function layerCounts(layers: LayerRow[], pulled: boolean): string {
  const of = (state: LayerRow['state']) => layers.filter((layer) => layer.state === state).length;
  const done = of('done');
  const rest = layers.filter((layer) => !arrived(layer)).length;
  const parts: [number, string][] = [
    [done, pulled ? 'pulled' : 'pushed'],
    [of('mounted'), 'mounted'],
    [of('there'), 'there already'],
    [rest, 'to go'],
  ];
  const said = parts.filter(([many]) => many > 0).map(([many, word]) => `${count(many)} ${word}`);
  return `${plural(layers.length, 'layer')}: ${said.join(', ')}`;
}

/** How a target does. "Pushed" is only said of what was read back. */
export function targetWords(target: PushTarget, layers: LayerRow[], running: boolean): string {
  if (target.problem) return 'Did not arrive';
  if (target.verified && target.digest) return 'Pushed; the registry names the same digest';
  if (!running) return 'Not pushed';
  if (layers.length === 0) return 'Waits';
  return layers.every(arrived) ? 'Sent; its digest is being read back' : 'Being pushed';
}

export const healthWords: Record<HealthVerdict, string> = {
  pass: 'Passes',
  warn: 'Passes with warnings',
  fail: 'Would not pass',
};

/** "9 days left", "overdue by 5 days"; nothing where nothing has to be fixed by a day. */
export function daysWords(days: number | null): string {
  if (days === null) return '';
  if (days < 0) return `overdue by ${plural(-days, 'day')}`;
  return days === 0 ? 'ends today' : `${plural(days, 'day')} left`;
}

/** "1 critical, 2 high, 3 with a fix" */
export function findingWords(row: HealthRow): string {
  if (row.critical + row.high === 0) return 'no critical or high';
  const parts = [
    row.critical > 0 ? `${count(row.critical)} critical` : '',
    row.high > 0 ? `${count(row.high)} high` : '',
    row.fixable > 0 ? `${count(row.fixable)} with a fix` : '',
  ];
  return parts.filter(Boolean).join(', ');
}

/** Of these a job that is done says nothing yet of whether its result is good: its message does. */
export function toldBeside(row: JobRow): boolean {
  return row.state === 'done' && ['smoke', 'scan', 'push'].includes(row.kind);
}

/** How a job ended, with what its checks and targets came to. */
export function endOf(view: JobView): { state: JobState; says?: string } {
  const { row } = view;
  if (row.state !== 'done') return { state: row.state };
  const cases = view.cases.filter((one) => one.verdict !== 'passed').length;
  if (cases > 0) return { state: 'failed', says: 'Done, and not passed' };
  const missed = view.targets.filter((one) => one.problem).length;
  return missed > 0 ? { state: 'failed', says: 'Done, and not everywhere' } : { state: 'done' };
}

/** What is said aloud of a job while it goes on: a step, or how far its layers are. */
export function spoken(view: JobView): string {
  const { row } = view;
  if (row.state !== 'running') return `${jobStates[row.state]}. ${row.message}`;
  const step = view.steps.findLast((one) => one.state === 'running');
  if (step)
    return `Step ${step.number} of ${view.steps.at(-1)?.number ?? step.number}: ${step.name}`;
  const { percent: part } = sumOf(view.layers);
  if (view.layers.length > 0 && part !== null) return `${part} %`;
  return view.cases.length > 0 ? `${plural(view.cases.length, 'check')} so far` : '';
}

/** How long it took, or has taken, in seconds. */
export function jobSeconds(row: JobRow, now: number): number {
  const end = row.ended ? new Date(row.ended).getTime() : now;
  return Math.max(0, (end - new Date(row.started).getTime()) / 1000);
}

/** "5 steps, 2 from the cache" */
export function stepCounts(view: JobView): string {
  const last = view.steps.at(-1)?.number ?? 0;
  const cached = view.steps.filter((step) => step.state === 'cached').length;
  return `${plural(last, 'step')}, ${count(cached)} from the cache`;
}

/** A name in pieces that a line may end after: never in the middle of a version. */
export function pieces(name: string): string[] {
  return name.match(/[^/:,]+[/:,]*|[/:,]+/g) ?? [];
}

/** A line of a log without what would colour a terminal; the program shows such signs as text. */
export function plainLine(text: string): string {
  return text.replace(/\\u\{1b\}\[[0-9;?]*[A-Za-z]/g, '');
}
