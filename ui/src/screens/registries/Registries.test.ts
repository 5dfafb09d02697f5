import { beforeEach, describe, expect, test } from 'vitest';
import App from '../../App.svelte';
import type { SampleHost } from '../../sample';
import { noLogin } from '../../sample/registries';
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

/** Opens the dialog and takes the plainest kind. */
async function openLogin(kind = 'private'): Promise<void> {
  await click('registry-login-open');
  await until(`kind-${kind}`);
  await click(`kind-${kind}`);
}

async function logIn(password: string, registry = 'registry.example.net'): Promise<void> {
  await openLogin();
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
        ...noLogin,
        host: 'registry.example.net',
        username: 'ines',
        password: 'right',
        kind: 'private',
      },
    ]);
    await until('registry-registry.example.net');
    expect(query('login-dialog')).toBeNull();
    expect(toast.message?.text).toContain('The login works');
  });

  test.each([
    ['wrong', 'error-wrong-password', 'does not accept'],
    ['tls', 'error-tls-untrusted', 'certificate authority here'],
    ['away', 'error-unreachable', 'its port'],
    ['nohost', 'error-no-such-host', 'spelling'],
    ['plain', 'error-plain-http', 'tick “plain http”'],
    ['limit', 'error-rate-limited', 'What you typed stays'],
    ['expired', 'error-token-expired', 'Make a new one where'],
    ['certificate', 'error-client-certificate', 'your certificate and of its private key'],
    ['proxy', 'error-proxy', 'proxy’s address here'],
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
    await openLogin();
    await until('login-host');
    await click('login-submit');
    expect(called('login')).toEqual([]);
    expect(get('login-dialog').textContent).toContain('Type the registry’s host');
  });

  test('says which token a kind wants, and asks for no host where there is but one', async () => {
    await openLogin('ghcr');
    expect(get('login-token-advice').textContent).toContain('personal access token');
    expect(get('login-fixed-host').textContent).toBe('ghcr.io');
    expect(query('login-host')).toBeNull();
  });

  test('takes a host in place of a kind, and knows the kind by it', async () => {
    await click('registry-login-open');
    await until('kind-filter');
    await type('kind-filter', 'https://ghcr.io/team');
    await press('Enter');
    expect((await until('login-fixed-host')).textContent).toBe('ghcr.io');
  });

  test('finds a kind by its name with Enter, and goes back to the others', async () => {
    await click('registry-login-open');
    await until('kind-filter');
    await type('kind-filter', 'azu');
    await press('Enter');
    await until('login-host');
    expect(get('login-dialog').textContent).toContain('Log in to Azure');
    await click('login-back');
    await until('kind-filter');
  });

  test('asks a helper in place of a secret', async () => {
    await openLogin('ecr');
    await type('login-host', '123456789012.dkr.ecr.eu-central-1.amazonaws.com');
    await click('login-way-helper');
    expect(value('login-helper')).toBe('ecr-login');
    await click('login-submit');
    expect(called('login')).toMatchObject([
      { helper: 'ecr-login', username: null, password: null, kind: 'ecr' },
    ]);
  });

  test('wants the key beside a client certificate, and unfolds where it stands', async () => {
    await logIn('right-but-later');
    await until('registry-registry.example.net');
    await click('registry-edit-registry.example.net');
    await until('login-host');
    await type('login-client-cert', '/home/ines/client.pem');
    await click('login-submit');
    expect((get('login-connection') as HTMLDetailsElement).open).toBe(true);
    expect(called('login')).toHaveLength(1);
    await type('login-client-key', '/home/ines/client.key');
    await click('login-submit');
    expect(called('login')[1]).toMatchObject({
      client_cert: '/home/ines/client.pem',
      client_key: '/home/ines/client.key',
    });
  });

  test('warns of plain http in words, and not for this machine', async () => {
    await openLogin();
    await until('login-host');
    await type('login-host', 'registry.example.net');
    await click('login-plain-http');
    expect(get('login-dialog').textContent).toContain('Nothing on the way is secret');
    await type('login-host', 'localhost:5000');
    expect(get('login-dialog').textContent).not.toContain('Nothing on the way is secret');
  });

  test('anonymously sends neither name nor password', async () => {
    await openLogin();
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
    expect((await until('login-fixed-host')).textContent).toBe('ghcr.io');
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

  test('says what the login may do and when its token ends', () => {
    expect(get('registry-rights-registry.example.com').textContent).toContain(
      'may pull: yes, may push: no',
    );
    expect(get('registry-expiry-registry.example.com').textContent).toContain('expires in 3 h');
    expect(get('registry-connection-registry.example.com').textContent).toContain('TLS 1.3');
  });

  test('hands a login to Docker after saying where it goes', async () => {
    await click('registry-hand-over-registry.example.com');
    expect((await until('hand-over-where')).textContent).toContain('secretservice');
    await click('hand-over-submit');
    expect(called('hand_over')).toEqual([{ host: 'registry.example.com', plain_sight: false }]);
    expect(query('hand-over-dialog')).toBeNull();
  });

  test('writes a login in plain sight only where that was ticked', async () => {
    host.override('hand_over_plan', (name) => ({
      host: name,
      file: '/home/ines/.docker/config.json',
      helper: null,
      set: false,
      also: null,
    }));
    await click('registry-hand-over-registry.example.com');
    await until('hand-over-plain');
    await click('hand-over-submit');
    expect(called('hand_over')).toEqual([]);
    await click('hand-over-plain-sight');
    await click('hand-over-submit');
    expect(called('hand_over')).toMatchObject([{ plain_sight: true }]);
  });

  test('takes over what Docker knows, and not what cannot be read', async () => {
    await click('registry-import-open');
    await until('import-harbor.example.com');
    expect(get('import-dialog').textContent).toContain('was not found');
    expect(get('import-problems').textContent).toContain('quay.io/team/app');
    await click('import-submit');
    expect(called('import_logins')).toEqual([{ hosts: ['harbor.example.com'], copy: true }]);
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
    await until('kind-filter');
  });
});

describe('browsing', () => {
  test('leads to the repositories of that registry', async () => {
    await begin();
    await click('registry-browse-127.0.0.1:5000');
    expect(router.place).toMatchObject({ screen: 'images', of: '127.0.0.1:5000' });
  });
});
