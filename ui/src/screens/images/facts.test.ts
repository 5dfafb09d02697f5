import { beforeEach, describe, expect, it, vi } from 'vitest';
import type { SampleHost } from '../../sample';
import { useSample } from '../../testing';
import { Facts } from './facts.svelte';

let host: SampleHost;
const asked = () =>
  host.calls
    .filter(([name]) => name === 'tag_facts')
    .map(([, ask]) => (ask as { tags: string[] }).tags);

describe('what tags name', () => {
  beforeEach(() => (host = useSample()));

  it('is looked up once scrolling has stopped, for what is seen then', async () => {
    const facts = new Facts('r/a');
    for (const at of [1, 2, 3]) facts.seen([`1.${at}`, 'qa']);
    await vi.waitFor(() => expect(facts.of('qa')?.badges).toHaveLength(1));
    expect(asked()).toEqual([['1.3', 'qa']]);
  });

  it('is not looked up twice, unless somebody asks again', async () => {
    const facts = new Facts('r/a');
    facts.seen(['qa']);
    await vi.waitFor(() => expect(facts.of('qa')).toBeDefined());
    facts.seen(['qa', '2.0']);
    await vi.waitFor(() => expect(facts.of('2.0')).toBeDefined());
    facts.again(['qa']);
    expect(facts.of('qa'), 'what stands, stands').toBeDefined();
    expect(facts.of('2.0'), 'what is not seen is forgotten').toBeUndefined();
    await vi.waitFor(() => expect(asked()).toEqual([['qa'], ['2.0'], ['qa']]));
  });

  it('of rows that were scrolled past is given up', async () => {
    const stopped = vi.spyOn(host, 'cancel');
    const never = new Promise<never>(() => undefined);
    host.override('tag_facts', () => never);
    const facts = new Facts('r/a');
    facts.seen(['1.0']);
    await vi.waitFor(() => expect(asked()).toHaveLength(1));
    facts.seen(['2.0']);
    await vi.waitFor(() => expect(stopped).toHaveBeenCalledTimes(1));
    facts.leave();
    expect(stopped).toHaveBeenCalledTimes(2);
  });
});
