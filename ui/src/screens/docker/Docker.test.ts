import { beforeEach, describe, expect, test, vi } from 'vitest';
import App from '../../App.svelte';
import type { SampleHost } from '../../sample';
import { refreshAll } from '../../frame/window.svelte';
import { app } from '../../state/app.svelte';
import { confirm } from '../../state/confirm.svelte';
import { engine } from '../../state/engine.svelte';
import { queue } from '../../state/queue.svelte';
import { router, type Place } from '../../state/router.svelte';
import { toast } from '../../state/toast.svelte';
import {
  click,
  failure,
  get,
  press,
  query,
  settle,
  show,
  type,
  until,
  useSample,
} from '../../testing';
import { pruneBody } from './deeds';
import { desk } from './desk.svelte';

const HOST = '127.0.0.1:5000';
let host: SampleHost;
const called = (name: string) => host.calls.filter(([one]) => one === name).map(([, args]) => args);
const text = (testid: string) => get(testid).textContent ?? '';
const page = () => document.body.textContent ?? '';

async function begin(place: Omit<Place, 'screen'> = {}, scene?: string): Promise<void> {
  document.body.replaceChildren();
  host = useSample(scene);
  app.kept.clear();
  queue.kept.clear();
  confirm.close();
  toast.close();
  desk.close();
  desk.registries.clear();
  router.reset({ screen: 'review' });
  show(App, {});
  await settle();
  router.go({ screen: 'docker', ...place });
  await settle();
}

async function row(name: string): Promise<void> {
  (await until(`local-${name}`)).click();
  await until('local-push');
  await settle();
}

/** Chooses an item of a menu by its words, as the menu itself would. */
async function choose(menu: string, testid: string): Promise<void> {
  get(menu).dispatchEvent(new PointerEvent('pointerdown', { bubbles: true, button: 0 }));
  await settle();
  const item = await until(testid);
  item.dispatchEvent(new PointerEvent('pointerup', { bubbles: true, button: 0 }));
  item.click();
  await new Promise((done) => setTimeout(done, 60));
  await settle();
}

describe('the engine', () => {
  test('is said in the status bar and on its page, with how it builds', async () => {
    await begin();
    expect(text('engine-state')).toContain('Docker 27.5.1');
    expect(document.querySelector('footer')?.textContent).toContain('Docker 27.5.1');
    expect(page()).toContain('BuildKit');
  });

  test('that went away is told at once, its images stay, and it is back by itself', async () => {
    await begin();
    await until('local-shop/cart:1.5');
    host.docker.engine.becomes('no-engine');
    await vi.waitFor(() => expect(query('engine-missing')).not.toBeNull());
    expect(text('engine-missing')).toContain('sudo systemctl start docker');
    expect(document.querySelector('footer')?.textContent).toContain('No Docker Engine');
    expect(query('local-shop/cart:1.5')).not.toBeNull();
    expect(get('local-pull').getAttribute('aria-disabled')).toBe('true');
    host.docker.engine.becomes('running');
    await vi.waitFor(() => expect(query('engine-missing')).toBeNull());
    expect(engine.running).toBe(true);
  });

  test.each([
    ['no-engine', 'engine-missing', 'is not there'],
    ['engine-starting', 'engine-starting', 'is starting'],
    ['no-right', 'engine-no-right', 'usermod -aG docker'],
  ])('tells %s apart, with what to do', async (scene, testid, words) => {
    await begin({}, scene);
    expect((await until(testid)).textContent).toContain(words);
    await click('engine-look');
    expect(called('engine')).toHaveLength(1);
  });

  test('is heard again after the workspace was left', async () => {
    host = useSample();
    let asked = 0;
    host.override('engine_news', ({ seen }) => {
      asked += 1;
      if (asked === 1) throw failure('cancelled', 'the workspace was left meanwhile');
      return host.docker.engine.news(seen);
    });
    const stop = engine.watch();
    await vi.waitFor(() => expect(engine.running).toBe(true), 3_000);
    expect(engine.failure).toBeNull();
    stop();
  });

  test('can be another one', async () => {
    await begin();
    get('engine-choose').dispatchEvent(
      new PointerEvent('pointerdown', { bubbles: true, button: 0 }),
    );
    await settle();
    const item = [...document.querySelectorAll<HTMLElement>('[role="menuitem"]')].find((one) =>
      one.textContent?.includes('Podman'),
    );
    item?.dispatchEvent(new PointerEvent('pointerup', { bubbles: true, button: 0 }));
    item?.click();
    await vi.waitFor(() => expect(called('choose_engine')[0]).toEqual({ choice: 'podman' }));
    await vi.waitFor(() => expect(text('engine-state')).toContain('Podman 5.3.1'));
  });
});

describe('local images', () => {
  beforeEach(() => begin());

  test('say what they are to the golden ones', async () => {
    await until('local-shop/cart:1.5');
    const golden = get(`local-${HOST}/payments/api:2.8.0`);
    expect(golden.querySelector('.gold')?.textContent).toContain('golden');
    expect(get(`local-${HOST}/platform/base-debian:12`).textContent).toContain('behind golden');
    expect(get(`local-${HOST}/platform/base-jre:21`).textContent).toContain('revoked');
    await row(`${HOST}/payments/api:2.8.1`);
    expect(
      document.querySelector('[role="group"][aria-label="About this image"]')?.textContent,
    ).toContain('api-local');
  });

  test('are filtered where they are held, and those without a name are behind a switch', async () => {
    await until('local-shop/cart:1.5');
    await type('local-filter', 'payments');
    await vi.waitFor(() => expect(query('local-shop/cart:1.5')).toBeNull());
    expect(called('local_images').at(-1)).toMatchObject({ text: 'payments', unnamed: false });
    await type('local-filter', '');
    await click('local-unnamed');
    await vi.waitFor(() => expect(text('local-count')).toContain('6 images'));
  });

  test('are read anew when the engine says that they changed', async () => {
    await until('local-shop/cart:1.5');
    host.docker.engine.add('shop/new:1');
    await until('local-shop/new:1');
  });

  test('show labels as text and never as markup', async () => {
    await row(`${HOST}/payments/api:2.8.1`);
    const panel = document.querySelector('section[aria-label^="Image"]');
    await vi.waitFor(() => expect(panel?.textContent).toContain('<b onmouseover=alert(1)>'));
    expect(panel?.querySelector('[onmouseover]')).toBeNull();
  });

  test('take more names and keep the ones they have', async () => {
    await row('shop/cart:1.5');
    await click('local-tag');
    await until('tag-names');
    await type('tag-names', 'Shop/Cart');
    await click('tag-submit');
    expect(called('tag_image')).toEqual([]);
    await type('tag-names', 'r.io/shop/cart:1.5 r.io/shop/cart:1');
    await click('tag-submit');
    await vi.waitFor(() => expect(called('tag_image')).toHaveLength(1));
    expect(host.docker.engine.find('shop/cart:1.5').names).toEqual([
      'shop/cart:1.5',
      'r.io/shop/cart:1.5',
      'r.io/shop/cart:1',
    ]);
  });

  test('go after the one confirm dialog; one in use says which container has it', async () => {
    await row(`${HOST}/payments/api:2.8.1`);
    await choose('local-menu', 'local-remove');
    expect(called('remove_image')).toEqual([]);
    await click('confirm');
    expect((await until('error-image-in-use')).textContent).toContain('api-local');
    confirm.close();
    await settle();
    await row('shop/cart:1.5');
    await choose('local-menu', 'local-remove');
    await click('confirm');
    await vi.waitFor(() => expect(query('local-shop/cart:1.5')).toBeNull());
  });

  test('lose one name and stay under the others', async () => {
    await row(`${HOST}/payments/api:2.8.1`);
    await choose('local-menu', 'untag-payments-api:dev');
    expect(confirm.question?.body[0]).toContain('stays under its other names');
    await click('confirm');
    await vi.waitFor(() =>
      expect(called('remove_image')).toEqual([{ image: 'payments-api:dev', force: false }]),
    );
  });

  test('that nothing uses go together, after what goes was said', async () => {
    await until('local-shop/cart:1.5');
    await choose('local-prune', 'prune-all');
    await vi.waitFor(() => expect(confirm.question).not.toBeNull());
    expect(confirm.question?.body.join(' ')).toContain('golden');
    expect(called('prune')).toEqual([]);
    await click('confirm');
    await vi.waitFor(() => expect(called('prune')).toEqual([{ all: true }]));
  });

  test('are asked for review by the digest that the registry has', async () => {
    await row(`${HOST}/payments/api:2.8.1`);
    await click('local-request');
    await until('request-message');
    await type('request-message', 'built at my desk');
    await click('request-submit');
    await vi.waitFor(() => expect(called('request')).toHaveLength(1));
    expect(called('request')[0]).toMatchObject({
      image: expect.stringMatching(/^127\.0\.0\.1:5000\/payments\/api:2\.8\.1@sha256:/),
    });
  });

  test('that no registry has cannot be asked for review, and say why', async () => {
    await row('shop/cart:1.5');
    expect(query('local-request')).toBeNull();
    expect(page()).toContain('No registry has this image yet');
  });
});

test('a prune says how many go, names a few, and what comes back only by a pull', () => {
  const engine = useSample().docker.engine;
  const images = engine.prunable(true);
  const body = pruneBody({ images, total: 9, bytes: 3_000_000, golden: 2 }, true);
  expect(body[0]).toContain('9 images go that no container uses');
  expect(body[0]).toContain('at most 3.0 MB');
  expect(body[1]).toContain('and 4 others');
  expect(body[2]).toContain('2 are golden images');
});

test('the dialog to push leads from the palette by way of an image', async () => {
  await begin({ part: 'images', begin: 'push' });
  await until('push-image');
  await vi.waitFor(() =>
    expect((get('push-to-0') as HTMLInputElement).value).toBe('shop/cart:1.5'),
  );
  await type('push-to-0', 'registry.example.com/shop/cart:1.5');
  await click('push-submit');
  await vi.waitFor(() => expect(called('push')).toHaveLength(1));
  expect(called('push')[0]).toMatchObject({ image: 'shop/cart:1.5' });
});

test('an engine without an image has buttons to pull and to build', async () => {
  await begin({}, 'empty');
  await click('local-build');
  expect(router.place.part).toBe('build');
  await until('build-begin');
});

test('1,200 images put at most sixty rows into the document, and are asked for in pages', async () => {
  await begin({}, 'many');
  await until('local-count');
  const grid = await vi.waitFor(() => {
    const found = document.querySelector('[role="grid"]');
    expect(found?.getAttribute('aria-rowcount')).toBe('1201');
    return found;
  });
  expect(grid?.querySelectorAll('.line').length).toBeLessThanOrEqual(60);
  for (const ask of called('local_images')) expect(ask).toMatchObject({ limit: 60 });
});

describe('pull', () => {
  test('opens from the palette’s command, and leads to its job', async () => {
    await begin({ part: 'images', begin: 'pull' });
    await until('pull-image');
    await type('pull-image', `${HOST}/payments/api:2.9.0`);
    await click('pull-submit');
    await until('job-pane');
    expect(called('pull')[0]).toMatchObject({
      image: `${HOST}/payments/api:2.9.0`,
      platform: null,
      job: router.place.job,
    });
    await vi.waitFor(() => expect(text('job-message')).toContain('Pulled'));
  });
});

describe('push', () => {
  async function open(to: string): Promise<void> {
    await begin();
    await row('shop/cart:1.5');
    await click('local-push');
    await until('push-to-0');
    await type('push-to-0', to);
  }

  test('names the login before anything is sent', async () => {
    await open('registry.example.com/shop/cart:1.5');
    expect(text('push-login-0')).toContain('As ines at registry.example.com');
  });

  test('says what was pushed by the digest that was read back, and leads on to review', async () => {
    await open('registry.example.com/shop/cart:1.5');
    await click('push-submit');
    await until('pushed-digest');
    expect(text('target-0')).toContain('the registry names the same digest');
    expect(text('target-sum-0')).toContain('100 %');
    await click('push-request-0');
    await until('request-message');
    await type('request-message', 'fresh');
    await click('request-submit');
    await vi.waitFor(() => expect(called('request')).toHaveLength(1));
    expect(called('request')[0]).toMatchObject({
      image: expect.stringMatching(/^registry\.example\.com\/shop\/cart:1\.5@sha256:/),
    });
  });

  test('asks for a login that is missing, and goes on then', async () => {
    await open('quay.io/shop/cart:1.5');
    expect(text('push-login-0')).toContain('No login for quay.io yet');
    await click('push-submit');
    await until('login-username');
    expect(called('push')).toEqual([]);
    await type('login-username', 'ines');
    await type('login-password', 'token');
    document.querySelector<HTMLFormElement>('#login-form')?.requestSubmit();
    await vi.waitFor(() => expect(called('push')).toHaveLength(1));
    expect(called('push')[0]).toMatchObject({ to: ['quay.io/shop/cart:1.5'] });
  });

  test('comes back to what was typed where the login is left', async () => {
    await open('quay.io/shop/cart:1.5');
    await click('push-submit');
    await until('login-dialog');
    await press('Escape');
    await until('push-to-0');
    expect((get('push-to-0') as HTMLInputElement).value).toBe('quay.io/shop/cart:1.5');
    expect(called('push')).toEqual([]);
  });

  test('to several places tells each, with the remedy where the engine does not trust one', async () => {
    await open('registry.example.com/shop/cart:1.5');
    await click('push-add');
    await type('push-to-1', 'untrusted.example.com/shop/cart:1.5');
    [...get('push-dialog').querySelectorAll('button')]
      .find((one) => one.textContent?.includes('Go on without'))
      ?.click();
    await settle();
    await click('push-submit');
    await until('error-engine-untrusting');
    expect(text('target-0')).toContain('the registry names the same digest');
    expect(text('target-1')).toContain('Did not arrive');
    expect(text('error-engine-untrusting')).toContain('/etc/docker/certs.d/');
  });

  test('shows a bar for each layer, and never a sum over 100 %', async () => {
    await begin({ part: 'jobs', job: 'push-sample-3' });
    await until('target-1');
    const states = [...get('target-1').querySelectorAll<HTMLElement>('[data-state]')];
    expect(states.map((one) => one.dataset.state)).toEqual([
      'there',
      'mounted',
      'moving',
      'waiting',
    ]);
    const bars = [...document.querySelectorAll('[data-testid="job-pane"] [role="progressbar"]')];
    for (const bar of bars)
      expect(Number(bar.getAttribute('aria-valuenow') ?? 0)).toBeLessThanOrEqual(100);
    expect(text('target-1')).toContain('Mounted from payments/base');
    expect(text('target-1')).not.toContain('Pushed; the registry');
  });
});

describe('smoke test', () => {
  test('says what it checks while it is written, and attaches where a registry has it', async () => {
    await begin();
    await row(`${HOST}/payments/api:2.8.1`);
    await click('local-smoke');
    await vi.waitFor(() => expect(text('smoke-checks')).toContain('becomes healthy'));
    await type('smoke-spec', 'exit_code = 0');
    await vi.waitFor(() => expect(text('smoke-dialog')).toContain('expected `exit-code`'));
    expect(get('smoke-submit').getAttribute('aria-disabled')).toBe('true');
    await type('smoke-spec', 'exit-code = 0');
    await vi.waitFor(() => expect(query('smoke-checks')).not.toBeNull());
    await click('smoke-submit');
    await vi.waitFor(() => expect(text('smoke-attached')).toContain('attached'));
    expect(text('cases-summary')).toBe('3 checks: 2 passed, 1 not');
    expect(called('smoke')[0]).toMatchObject({
      attach: true,
      image: expect.stringContaining(`${HOST}/payments/api@sha256:`),
    });
  });

  test('of an image that no registry has attaches nothing, and says why', async () => {
    await begin();
    await row('shop/cart:1.5');
    await click('local-smoke');
    expect((await until('attach-none')).textContent).toContain('Push it first');
  });
});

describe('scan', () => {
  test('attaches the report of a scanner of this machine', async () => {
    await begin();
    await row(`${HOST}/payments/api:2.8.1`);
    await click('local-scan');
    await until('scan-scanner');
    await click('scan-submit');
    await vi.waitFor(() => expect(query('scan-attached')).not.toBeNull());
    expect(called('scan')[0]).toMatchObject({ scanner: 'trivy', attach: true });
  });

  test('without a scanner says how to get one, and where a report can go', async () => {
    await begin({}, 'no-scanner');
    await row(`${HOST}/payments/api:2.8.1`);
    await click('local-scan');
    expect((await until('scan-none')).textContent).toContain('Install Trivy');
    await click('scan-review');
    expect(router.place).toMatchObject({ screen: 'review' });
  });
});

describe('golden health', () => {
  test('has the worst first with the days left, and opens the review', async () => {
    await begin({ part: 'health' });
    await until(`health-${HOST}/payments/ledger`);
    const rows = [...document.querySelectorAll('[data-testid^="health-127"]')];
    expect(rows[0]?.textContent).toContain('overdue by 5 days');
    expect(rows[1]?.textContent).toContain('Cannot be told');
    get(`health-${HOST}/payments/ledger`).click();
    await settle();
    expect(router.place).toMatchObject({ screen: 'review', stage: 'golden' });
  });

  test('judges every image again where somebody asks, and not by itself each minute', async () => {
    await begin({ part: 'health' });
    await until('health-message');
    const before = called('health').length;
    await refreshAll();
    expect(called('health')).toHaveLength(before);
    await press('F5');
    await vi.waitFor(() => expect(called('health')).toHaveLength(before + 1));
  });

  test('scans every golden image again as a job', async () => {
    await begin({ part: 'health' });
    await until('health-message');
    await click('health-scan');
    await vi.waitFor(() => expect(text('job-message')).toContain('1 is worse'));
    expect(called('scan_stage')[0]).toMatchObject({ stage: 'golden', job: router.place.job });
  });

  test('without a golden image has a button', async () => {
    await begin({ part: 'health' }, 'empty');
    await click('health-review');
    expect(router.screen).toBe('review');
  });
});
