import { beforeEach, describe, expect, test } from 'vitest';
import type { Review } from '../../bindings';
import type { SampleHost } from '../../sample';
import { host } from '../../lib/host';
import { get, settle, show, useSample } from '../../testing';
import { comparison } from './comparison.svelte';
import LayersTab from './LayersTab.svelte';
import PackagesTab from './PackagesTab.svelte';
import { reviews } from './review.svelte';
import SinceGolden from './SinceGolden.svelte';

let sample: SampleHost;
let review: Review;
const nothing = () => undefined;
const button = (name: string) =>
  [...document.querySelectorAll('button')].find((one) => one.textContent?.includes(name));

async function press(name: string): Promise<void> {
  button(name)?.click();
  await settle();
}

describe('what changed', () => {
  beforeEach(async () => {
    sample = useSample();
    comparison.since = 'golden';
    reviews.clear();
    const [first] = (await host().call('queue')).waiting;
    review = await host().call('review', { image: first?.image ?? '', stage: null });
  });

  test('is told since golden from what the review has already', async () => {
    show(SinceGolden, { review, onrollback: nothing, onrevoke: nothing });
    await settle();
    expect(get('difference').textContent).toContain(review.difference.sentence);
    expect(sample.calls.some(([name]) => name === 'difference')).toBe(false);
  });

  test('is told since my last review where the switch says so', async () => {
    show(SinceGolden, { review, onrollback: nothing, onrevoke: nothing });
    await settle();
    await press('Since my last review');
    expect(get('difference').textContent).toContain('You have decided on no other image');
  });

  test('shows each package with both versions, and only those that are asked for', async () => {
    show(PackagesTab, { review, onattach: nothing });
    await settle();
    const table = document.querySelector('[role="grid"]');
    expect(table?.textContent).toContain('3.0.15-1~deb12u1');
    expect(table?.textContent).toContain('3.0.17-1~deb12u2');
    await press('Removed');
    expect(document.querySelector('[role="grid"]')?.textContent).toContain('perl-base');
    expect(document.querySelector('[role="grid"]')?.textContent).not.toContain('tzdata');
  });

  test('asks anew for the packages where the other image is another one', async () => {
    show(PackagesTab, { review, onattach: nothing });
    await settle();
    comparison.since = 'my-last-review';
    await settle();
    const asked = sample.calls.filter(([name]) => name === 'packages').map(([, args]) => args);
    expect(asked.at(-1)).toMatchObject({ of: { since: 'my-last-review' } });
  });

  test('marks the layers that the other image has as well', async () => {
    show(LayersTab, { review });
    await settle();
    const marks = [...document.querySelectorAll('li')].map((one) => one.className.split(' ')[0]);
    expect(marks).toEqual(['shared', 'shared', 'added', 'removed']);
    expect(document.body.textContent).toContain('2 layers shared');
  });
});
