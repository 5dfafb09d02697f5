import { describe, expect, test } from 'vitest';
import type { Status } from '../bindings';
import { sampleHost } from '../sample';
import type { AppAction } from '../state/actions.svelte';
import { failure } from '../testing';
import { find } from './palette';
import { engineWords, historyWords, keyringWords, registryWords } from './status-words';

const action = (label: string, group = 'Window', also = ''): AppAction => ({
  id: label,
  label,
  group,
  also,
  run: () => undefined,
});

describe('the palette', () => {
  const all = [
    action('Refresh', 'Window', 'reload'),
    action('Go to Registries', 'Go'),
    action('payments/api 2.8.1', 'Image'),
  ];

  test('shows images first where nothing was typed', () => {
    expect(find(all, '').map((one) => one.group)).toEqual(['Image', 'Go', 'Window']);
  });

  test('puts what begins with the word before what only has it', () => {
    expect(find(all, 're').map((one) => one.label)).toEqual(['Refresh', 'Go to Registries']);
  });

  test('finds by words that are not shown, and asks for every word', () => {
    expect(find(all, 'reload').map((one) => one.label)).toEqual(['Refresh']);
    expect(find(all, 'go reload')).toEqual([]);
  });
});

describe('the status bar', async () => {
  const status: Status = await sampleHost('', 0).call('status');
  const when = () => '2 min ago';

  test('says starting before the first answer, which is not missing', () => {
    expect(keyringWords(null, null)).toMatchObject({ tone: 'plain', text: 'Keyring: starting' });
    const missing = { ...status, keyring: { ...status.keyring, state: 'missing' as const } };
    expect(keyringWords(missing, null)).toMatchObject({ tone: 'bad', text: 'Keyring missing' });
  });

  test('says what cannot be read instead of starting for ever', () => {
    expect(historyWords(null, failure('database-unavailable'), when).tone).toBe('bad');
  });

  test('tells an engine that starts, one that is missing and one that was not asked yet apart', async () => {
    const engine = await sampleHost('', 0).call('engine');
    const words = (state: typeof engine.state) =>
      engineWords({ ...engine, state, product: null, message: 'Why.' }, null);
    expect(engineWords(null, null)).toMatchObject({ tone: 'plain', text: 'Docker: starting' });
    expect(engineWords(engine, null)).toMatchObject({ tone: 'good', text: 'Docker 27.5.1' });
    expect(words('starting')).toMatchObject({ tone: 'plain', text: 'Docker Engine: starting' });
    expect(words('missing')).toMatchObject({ tone: 'warn', text: 'No Docker Engine' });
    expect(words('broken').tone).toBe('bad');
    expect(words('no-right').title).toContain('Why.');
  });

  test('names the registry that fails and why', () => {
    const registries = [
      { host: 'a.example', state: 'failing' as const, problem: 'wrong password', tried_at: null },
      { host: 'b.example', state: 'ok' as const, problem: null, tried_at: null },
    ];
    const words = registryWords({ ...status, registries }, null);
    expect(words).toMatchObject({ tone: 'bad', text: 'a.example fails' });
    expect(words.title).toContain('wrong password');
  });

  test('says up to which entry the history was verified, and when', () => {
    expect(historyWords(status, null, when).text).toContain('verified 2 min ago');
    const behind = { ...status.history, entries: 10, verified_to: 8 };
    expect(historyWords({ ...status, history: behind }, null, when)).toMatchObject({
      tone: 'plain',
      text: 'History 10 entries, verified to 8 2 min ago',
    });
  });

  test('never calls a history good that does not hold', () => {
    const broken = { ...status.history, problem: 'entry 7 was edited' };
    expect(historyWords({ ...status, history: broken }, null, when)).toMatchObject({
      tone: 'bad',
      title: 'entry 7 was edited',
    });
  });
});
