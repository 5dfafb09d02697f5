import { beforeEach, describe, expect, test } from 'vitest';
import App from '../../App.svelte';
import type { SampleHost } from '../../sample';
import { app } from '../../state/app.svelte';
import { confirm } from '../../state/confirm.svelte';
import { queue } from '../../state/queue.svelte';
import { router } from '../../state/router.svelte';
import { toast } from '../../state/toast.svelte';
import { click, get, press, query, settle, show, type, until, useSample } from '../../testing';

let host: SampleHost;
const called = (name: string) => host.calls.filter(([one]) => one === name).map(([, args]) => args);
const value = (testid: string) => (get(testid) as HTMLInputElement).value;

async function begin(scene?: string, login?: string): Promise<void> {
  host = useSample(scene);
  app.kept.clear();
  queue.kept.clear();
  confirm.close();
  toast.close();
  router.reset({ screen: 'review' });
  show(App, {});
  await settle();
  router.go({ screen: 'registries', login });
  await settle();
}

async function logIn(password: string, registry = 'registry.example.net'): Promise<void> {
  await click('registry-login-open');
  await until('login-host');
  await type('login-host', registry);
  await type('login-username', 'ines');
  await type('login-password', password);
  await click('login-submit');
}

describe('logging in', () => {
  beforeEach(() => begin());

  test('tries the login, keeps it, and says where the secret went', async () => {
    await logIn('right');
    expect(called('login')).toEqual([
      {
        host: 'registry.example.net',
        username: 'ines',
        password: 'right',
        ca: null,
        plain_http: false,
        confirm_realm: null,
      },
    ]);
    await until('registry-registry.example.net');
    expect(query('login-dialog')).toBeNull();
    expect(toast.message?.text).toContain('Logged in');
  });

  test.each([
    ['wrong', 'error-wrong-password', 'does not accept'],
    ['tls', 'error-tls-untrusted', 'certificate authority here'],
    ['away', 'error-unreachable', 'its port'],
    ['nohost', 'error-no-such-host', 'spelling'],
    ['plain', 'error-plain-http', 'tick “plain http”'],
    ['limit', 'error-rate-limited', 'What you typed stays'],
  ])('%s has a sentence of its own, and everything typed stays', async (trouble, note, words) => {
    await logIn(trouble);
    expect((await until(note)).textContent).toContain(words);
    expect(get('login-dialog').textContent).not.toContain('--ca');
    expect(value('login-host')).toBe('registry.example.net');
    expect(value('login-username')).toBe('ines');
    expect(value('login-password')).toBe(trouble);
  });

  test('asks before a login goes to another server, and names it whole', async () => {
    await logIn('realm');
    expect((await until('login-realm-host')).textContent).toBe('https://auth.example.net:8443');
    await click('login-realm-confirm');
    expect(called('login').at(-1)).toMatchObject({
      password: 'realm',
      confirm_realm: 'https://auth.example.net:8443',
    });
    expect(query('login-dialog')).toBeNull();
  });

  test('asks for a realm only where one was named: the next try confirms nothing', async () => {
    await logIn('realm');
    await until('login-realm');
    await type('login-password', 'away');
    await click('login-submit');
    expect(called('login').at(-1)).toMatchObject({ confirm_realm: null });
    expect(query('login-realm')).toBeNull();
  });

  test('sends nothing while something is missing', async () => {
    await click('registry-login-open');
    await until('login-host');
    await click('login-submit');
    expect(called('login')).toEqual([]);
    expect(get('login-dialog').textContent).toContain('Type the registry’s host');
  });

  test('suggests a token where one is wanted', async () => {
    await click('registry-login-open');
    await until('login-host');
    expect(query('login-token-advice')).toBeNull();
    await type('login-host', 'ghcr.io');
    expect(get('login-token-advice').textContent).toContain('personal access token');
  });

  test('warns of plain http in words, and not for this machine', async () => {
    await click('registry-login-open');
    await until('login-host');
    await type('login-host', 'registry.example.net');
    await click('login-plain-http');
    expect(get('login-dialog').textContent).toContain('Nothing on the way is secret');
    await type('login-host', 'localhost:5000');
    expect(get('login-dialog').textContent).not.toContain('Nothing on the way is secret');
  });

  test('anonymously sends neither name nor password', async () => {
    await click('registry-login-open');
    await until('login-host');
    await type('login-host', 'registry.example.net');
    await type('login-username', 'ines');
    await type('login-password', 'secret');
    await click('login-way-anonymous');
    await click('login-submit');
    expect(called('login')).toMatchObject([{ username: null, password: null }]);
  });

  test('forgets the secret where the dialog is left', async () => {
    await logIn('wrong');
    await until('error-wrong-password');
    await press('Escape');
    await click('registry-login-open');
    await until('login-host');
    expect(value('login-password')).toBe('');
    expect(value('login-host')).toBe('registry.example.net');
  });
});

describe('the list', () => {
  beforeEach(() => begin());

  test('says who, where the secret lives, and how it is reached', () => {
    const words = get('registry-registry.example.com').textContent ?? '';
    expect(words).toContain('Logged in as ines');
    expect(words).toContain('Secret Service');
    expect(words).toContain('ca/registry.example.com.pem');
    expect(words).toContain('https://auth.example.com');
  });

  test('a test says its result in a sentence', async () => {
    await click('registry-test-registry.example.com');
    expect(get('registry-result-registry.example.com').textContent).toContain('the login holds');
  });

  test('a test that fails leads to the login of that host', async () => {
    await click('registry-test-ghcr.io');
    const note = await until('error-wrong-password');
    note.querySelector('button')?.click();
    await until('login-host');
    expect(value('login-host')).toBe('ghcr.io');
  });

  test('editing keeps the stored secret where the field stays empty', async () => {
    await click('registry-edit-registry.example.com');
    await until('login-host');
    expect(value('login-password')).toBe('');
    await click('login-submit');
    expect(called('login')).toMatchObject([{ username: 'ines', password: null }]);
  });

  test('editing wants a secret for another name', async () => {
    await click('registry-edit-registry.example.com');
    await until('login-host');
    await type('login-username', 'tom');
    await click('login-submit');
    expect(called('login')).toEqual([]);
  });

  test('logs out only after the one confirm dialog', async () => {
    await click('registry-logout-registry.example.com');
    expect(called('logout')).toEqual([]);
    await click('confirm');
    expect(called('logout')).toEqual(['registry.example.com']);
    expect(query('registry-registry.example.com')).toBeNull();
  });

  test('empty has a button that opens the login', async () => {
    document.body.replaceChildren();
    await begin('empty');
    expect(document.querySelector('main')?.textContent).toContain('No registry yet');
    await click('registry-login-open');
    await until('login-host');
  });
});

describe('browsing', () => {
  test('leads to the repositories of that registry', async () => {
    await begin();
    await click('registry-browse-127.0.0.1:5000');
    expect(router.place).toMatchObject({ screen: 'images', of: '127.0.0.1:5000' });
  });
});
