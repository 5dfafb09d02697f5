import { describe, expect, test } from 'vitest';
import App from '../../App.svelte';
import type { SampleHost } from '../../sample';
import { app } from '../../state/app.svelte';
import { click, get, query, settle, show, type, until, useSample } from '../../testing';

async function begin(scene: string): Promise<SampleHost> {
  const host = useSample(scene);
  app.kept.clear();
  show(App, {});
  await settle();
  return host;
}

const called = (host: SampleHost, name: string) => host.calls.filter(([one]) => one === name);

describe('first run', () => {
  test('needs a name, makes a key and ends', async () => {
    const host = await begin('first-run');
    await click('first-run-finish');
    expect(called(host, 'first_run')).toEqual([]);
    expect(get('first-run-name').getAttribute('aria-invalid')).toBe('true');
    await type('first-run-name', '  Ines  ');
    await click('home-audit');
    await click('first-run-finish');
    expect(called(host, 'first_run')[0]?.[1]).toEqual({ name: 'Ines', home_screen: 'audit' });
    expect((await until('nav-history')).getAttribute('aria-current')).toBe('page');
  });

  test('does not end while the keyring is locked, and offers three ways on', async () => {
    const host = await begin('locked');
    expect(get('keyring-problem').textContent).toContain('locked');
    await type('first-run-name', 'Ines');
    await click('first-run-finish');
    expect(called(host, 'first_run')).toEqual([]);
    expect(document.querySelectorAll('section input[type="radio"]')).toHaveLength(3);
  });

  test('goes on with this session’s memory', async () => {
    const host = await begin('locked');
    document.querySelector<HTMLInputElement>('input[value="memory"]')?.click();
    await settle();
    await click('use-store');
    expect(called(host, 'choose_store')[0]?.[1]).toEqual({ store: 'memory', passphrase: null });
    expect(get('keyring-ok').textContent).toContain('memory');
    expect(get('first-run-finish').getAttribute('aria-disabled')).toBeNull();
  });

  test('takes a passphrase only when it was typed twice alike', async () => {
    const host = await begin('locked');
    document.querySelector<HTMLInputElement>('input[value="passphrase-file"]')?.click();
    await settle();
    await type('passphrase', 'correct horse');
    await type('passphrase-again', 'correct house');
    await click('use-store');
    expect(called(host, 'choose_store')).toEqual([]);
    await type('passphrase-again', 'correct horse');
    await click('use-store');
    expect(called(host, 'choose_store')).toHaveLength(1);
    expect(query('passphrase')).toBeNull();
  });

  test('offers the practice team', async () => {
    const host = await begin('first-run');
    await click('open-practice');
    await until('nav-review');
    expect(called(host, 'open_practice')).toHaveLength(1);
    expect(app.state?.workspace.kind).toBe('practice');
  });
});
