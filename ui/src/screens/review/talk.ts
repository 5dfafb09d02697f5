/** What a comment is about, in words, and which threads are about what. */
import type { FindingRow, TalkAbout, TalkThread, TestRow } from '../../bindings';

export function aboutWords(on: TalkAbout): string {
  if (on.kind === 'finding') return on.package ? `${on.id} in ${on.package}` : on.id;
  return `${on.suite} ${on.name}`;
}

export const onFinding = (row: FindingRow): TalkAbout => ({
  kind: 'finding',
  id: row.id,
  package: row.package,
});

export const onTest = (row: TestRow): TalkAbout => ({
  kind: 'test',
  suite: row.suite,
  name: row.name,
});

/** The threads about this; one about a finding wherever it is counts for each package. */
export function threadsOn(talk: TalkThread[], on: TalkAbout | null): TalkThread[] {
  return talk.filter((thread) => same(thread.on, on));
}

export const openPoints = (talk: TalkThread[]): TalkThread[] => talk.filter((one) => one.open);

function same(one: TalkAbout | null, other: TalkAbout | null): boolean {
  if (!one || !other) return one === other;
  if (one.kind === 'finding' && other.kind === 'finding')
    return one.id === other.id && (!one.package || one.package === other.package);
  if (one.kind === 'test' && other.kind === 'test')
    return one.suite === other.suite && one.name === other.name;
  return false;
}
