import { beforeEach, describe, expect, test, vi } from 'vitest';
import { router } from '../../state/router.svelte';
import { click, get, query, settle, show, type, until, useSample } from '../../testing';
import Find from './Find.svelte';
import { kindOf } from './words';

const ready = vi.fn();
const wait = () => new Promise((done) => setTimeout(done, 180));

async function open(scene = 'practice') {
  const host = useSample(scene);
  show(Find, { onready: ready });
  await settle();
  return host;
}

async function ask(text: string): Promise<void> {
  await type('find-text', text);
  await wait();
  await settle();
}

beforeEach(() => router.reset({ screen: 'find' }));

describe('finding', () => {
  test('says which images have it, where they stand, and what waits without it', async () => {
    await open();
    await ask('CVE-2026-20771');
    expect(get('find-message').textContent).toContain('3 images have CVE-2026-20771');
    const cards = [...document.querySelectorAll('article')];
    expect(cards).toHaveLength(3);
    expect(cards[0]?.textContent).toContain('golden since');
    expect(cards[0]?.textContent).toContain('fixed in');
    expect(cards[0]?.textContent).toContain('fixed: its scan does not have it');
  });

  test('names what an answer does not cover, also where nothing was found', async () => {
    await open();
    await ask('CVE-2020-1');
    expect(get('find-message').textContent).toContain('No image that was read has');
    expect(get('find-covered').textContent).toContain('platform/base-debian');
    expect(get('find-covered').textContent).toContain('an answer says nothing of them');
  });

  test('offers names that begin so', async () => {
    await open();
    await ask('opens');
    const near = [...document.querySelectorAll('.near button')];
    expect(near.map((one) => one.textContent?.trim())).toEqual(['openssl']);
  });

  test('reads what was never read when it opens, and everything where that is asked for', async () => {
    const host = await open();
    await click('find-read');
    const reads = host.calls.filter(([name]) => name === 'find_refresh');
    expect(reads.map(([, args]) => args)).toEqual([{ all: false }, { all: true }]);
  });

  test('leads to what waits', async () => {
    await open();
    await ask('openssl@3.0.17');
    document.querySelector<HTMLButtonElement>('.candidate button')?.click();
    await settle();
    expect(router.screen).toBe('review');
    expect(router.place.image).toContain('payments/api@sha256:');
  });

  test('says what went wrong, and keeps the question', async () => {
    const host = await open();
    host.override('find', () =>
      Promise.reject({ code: 'bad-input', message: 'too much', hint: null }),
    );
    await ask('a*');
    expect(document.body.textContent).toContain('too much');
    expect((get('find-text') as HTMLInputElement).value).toBe('a*');
  });

  test('has something to do where nothing was asked yet', async () => {
    await open('empty');
    expect(query('find-message')).toBeNull();
    await until('find-covered');
    expect(document.body.textContent).toContain('Nothing stands at a stage yet');
  });
});

describe('what is typed', () => {
  test('tells a vulnerability and a package URL by how they begin', () => {
    expect(kindOf('cve-2026-1', 'package')).toBe('cve');
    expect(kindOf('GHSA-x', 'package')).toBe('cve');
    expect(kindOf('pkg:npm/a', 'cve')).toBe('package');
    expect(kindOf('openssl@3.0.17', 'cve')).toBe('package');
    expect(kindOf('openssl', 'package')).toBe('package');
    expect(kindOf('TEMP-1', 'cve')).toBe('cve');
  });
});
