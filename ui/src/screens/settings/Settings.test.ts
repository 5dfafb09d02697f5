import { describe, expect, test } from 'vitest';
import App from '../../App.svelte';
import type { SampleHost } from '../../sample';
import { app } from '../../state/app.svelte';
import { confirm } from '../../state/confirm.svelte';
import { queue } from '../../state/queue.svelte';
import { router } from '../../state/router.svelte';
import { toast } from '../../state/toast.svelte';
import { click, failure, get, query, settle, show, type, until, useSample } from '../../testing';

let host: SampleHost;
const called = (name: string) => host.calls.filter(([one]) => one === name).map(([, args]) => args);
const PEM = '-----BEGIN PUBLIC KEY-----\nMFkwEwYH\n-----END PUBLIC KEY-----';

async function begin(scene?: string): Promise<void> {
  host = useSample(scene);
  app.kept.clear();
  queue.kept.clear();
  confirm.close();
  toast.close();
  router.reset({ screen: 'review' });
  show(App, {});
  await settle();
  router.go({ screen: 'settings' });
  await settle();
}

describe('appearance', () => {
  test('is applied at once', async () => {
    await begin();
    await click('appearance-dark');
    expect(document.documentElement.dataset.theme).toBe('dark');
    await click('appearance-light');
    expect(document.documentElement.dataset.theme).toBe('light');
    expect(called('set_appearance')).toEqual(['dark', 'light']);
  });

  test('that cannot be kept says so, and stays as it was', async () => {
    await begin();
    host.override('set_appearance', () => {
      throw failure('file', 'The workspace’s file is read-only.');
    });
    await click('appearance-dark');
    expect((await until('error-file')).textContent).toContain('read-only');
    expect((get('appearance-dark') as HTMLInputElement).checked).toBe(false);
  });
});

describe('the keyring', () => {
  test('is chosen in words, and a passphrase is asked for twice', async () => {
    await begin();
    await click('settings-keyring-choose');
    await until('store-passphrase-file');
    await click('store-passphrase-file');
    expect(get('store-dialog').textContent).toContain('Nothing moves by itself');
    await type('store-passphrase', 'four plain words');
    await type('store-passphrase-again', 'four plain word');
    await click('store-use');
    expect(called('choose_store')).toEqual([]);
    expect(get('store-dialog').textContent).toContain('not the same');
    await type('store-passphrase-again', 'four plain words');
    await click('store-use');
    expect(called('choose_store')).toEqual([
      { store: 'passphrase-file', passphrase: 'four plain words' },
    ]);
    expect(get('settings-keyring').textContent).toContain('a passphrase file');
  });

  test('tells what follows from keeping secrets in memory', async () => {
    await begin();
    await click('settings-keyring-choose');
    await until('store-memory');
    expect(get('store-dialog').textContent).toContain('the key and every login are gone');
  });

  test('that is locked is tried again', async () => {
    await begin();
    const keyring = {
      state: 'locked',
      place: 'Secret Service',
      store: 'keyring',
      problem: 'Unlock it.',
    } as const;
    app.kept.set({ ...host.team.state, keyring });
    await settle();
    expect(document.querySelector('main')?.textContent).toContain('Unlock it.');
    await click('settings-keyring-retry');
    expect(called('retry_keyring')).toHaveLength(1);
    expect(get('settings-keyring').textContent).not.toContain('locked');
  });
});

describe('the team', () => {
  test('shows the document, who signed it, and every member', async () => {
    await begin('team');
    const page = document.querySelector('main')?.textContent ?? '';
    expect(page).toContain('version 7, signed by ines');
    for (const name of ['tom', 'mara', 'ci@payments', 'audit@example.com'])
      expect(page).toContain(name);
  });

  test('takes a member with a public key and a role, and never a private key', async () => {
    await begin('team');
    await click('settings-member-add');
    await until('member-name');
    await type('member-name', 'noa');
    await type('member-key', PEM.replaceAll('PUBLIC', 'PRIVATE'));
    await click('member-role-approver');
    await click('member-submit');
    expect(called('member_add')).toEqual([]);
    expect(get('member-dialog').textContent).toContain('never give a private key away');
    await type('member-key', PEM);
    await click('member-submit');
    expect(called('member_add')).toEqual([{ name: 'noa', key: PEM, roles: ['approver'] }]);
    expect(document.querySelector('main')?.textContent).toContain('noa');
  });

  test('is joined by the repository’s name', async () => {
    await begin('empty');
    await click('settings-team-join');
    await until('team-repository');
    await type('team-repository', 'https://registry.example.com/payments/hallmark');
    await click('team-submit');
    expect(called('workspace_join')).toEqual([]);
    await type('team-repository', 'registry.example.com/payments/hallmark');
    await click('team-submit');
    expect(called('workspace_join')).toEqual([
      { reference: 'registry.example.com/payments/hallmark' },
    ]);
  });

  test('that was rolled back is refused in the dialog, and what was typed stays', async () => {
    await begin('empty');
    host.override('workspace_join', () => {
      throw failure('workspace-rolled-back', 'The document is older than one already seen.');
    });
    await click('settings-team-join');
    await until('team-repository');
    await type('team-repository', 'registry.example.com/payments/hallmark');
    await click('team-submit');
    await until('error-workspace-rolled-back');
    expect((get('team-repository') as HTMLInputElement).value).toContain('payments/hallmark');
  });
});

describe('practice', () => {
  test('is removed after one question', async () => {
    await begin();
    await click('settings-practice-remove');
    expect(called('remove_practice')).toEqual([]);
    await click('confirm');
    expect(called('remove_practice')).toHaveLength(1);
  });

  test('is offered where one is not in it', async () => {
    await begin('empty');
    expect(query('settings-practice-remove')).toBeNull();
    await click('settings-practice-open');
    expect(app.state?.workspace.kind).toBe('practice');
  });
});

test('shows the policy in words and as its own text, with its digest and its file', async () => {
  await begin();
  const page = document.querySelector('main')?.textContent ?? '';
  expect(page).toContain('Tests exist and all pass.');
  expect(page).toContain('policy.toml');
  await click('settings-policy-text');
  expect(document.querySelector('main pre')?.textContent).toContain('[stage.golden]');
});

describe('the policy', () => {
  test('shows what is wrong at its line, and is saved only when it is right', async () => {
    await begin();
    await until('settings-policy-edit');
    await click('settings-policy-edit');
    await until('policy-editor');
    const text = get('policy-text') as HTMLTextAreaElement;
    expect(text.value).toContain('[stage.golden]');
    await type('policy-text', 'approvals = 1\nwrong = 2\n');
    await new Promise((done) => setTimeout(done, 250));
    await settle();
    expect(get('policy-problem').textContent).toContain('Line 2');
    expect((get('policy-save') as HTMLButtonElement).getAttribute('aria-disabled')).toBe('true');
    await type('policy-text', 'approvals = 2\n');
    await new Promise((done) => setTimeout(done, 250));
    await settle();
    await click('policy-save');
    expect(called('policy_save')).toEqual([
      { text: 'approvals = 2\n', base: expect.stringContaining('sha256:') },
    ]);
  });

  test('is tried on past reviews before it is saved', async () => {
    await begin();
    await until('settings-policy-edit');
    await click('settings-policy-edit');
    await until('policy-editor');
    await settle();
    await click('policy-try');
    expect((await until('policy-trial')).textContent).toContain('blocked 1 of the last 40');
    expect(called('policy_save')).toEqual([]);
  });
});
