// Every screen, in both themes at 1280×800, in one each at 900 px and at 200 %: axe finds nothing
// serious, the content policy refuses nothing, nothing sticks out at the side. Each look is kept as
// a picture under `shots/`, to be looked at by a person. HALLMARK_LOOKS=all takes every size in both.

import assert from 'node:assert/strict';
import { after, afterEach, before, beforeEach, describe, test } from 'node:test';
import { setStage } from '../stage.mjs';
import { openWindow, refusals, resize, seriousFindings, settled, shot, zoom } from '../window.mjs';
import {
  Key,
  ask,
  attribute,
  click,
  closeDialog,
  count,
  fill,
  focused,
  go,
  gone,
  id,
  openFromList,
  palette,
  press,
  reads,
  sees,
} from '../desk.mjs';

const THEMES = ['light', 'dark'];
const SIZES = [
  { name: '1280', width: 1280, factor: 1, themes: THEMES },
  { name: '900', width: 900, factor: 1, themes: ['light'] },
  { name: '200%', width: 1280, factor: 2, themes: ['dark'] },
];
const themesOf = ({ themes }) => (process.env.HALLMARK_LOOKS === 'all' ? THEMES : themes);
const SAMPLES = {
  'payments/api': 'good',
  'payments/worker': 'failing',
  'web/storefront': 'fixable',
  'platform/base-debian': 'misplaced',
};

let stage;
before(async () => (stage = await setStage()));
after(() => stage?.close());

/** What was found since the last time it was asked for; every look is taken, whatever it shows. */
let found = [];
function nothingFound() {
  const all = found;
  found = [];
  assert.deepEqual(all, []);
}

/** Takes the picture, then asks axe and looks for what sticks out at the side. */
async function look(window, name) {
  await settled(window.browser);
  await shot(window, name);
  for (const finding of await seriousFindings(window.browser)) found.push(`${name}: ${finding}`);
  const wide = () => document.documentElement.scrollWidth > innerWidth;
  if (await window.browser.execute(wide)) found.push(`${name} is wider than the window`);
}

/** Waits until a table in the tab has its first line, if there is a table. */
async function filled(browser) {
  await sees(browser, 'a line', () => {
    const table = document.querySelector('[role="tabpanel"] [role="grid"]');
    return !table || table.querySelector('[role="gridcell"]')?.innerText.trim();
  });
}

/** Puts away whatever a look that failed left open. */
async function clear(browser) {
  for (let at = 0; at < 4 && (await count(browser, '[role="dialog"], [role="menu"]')) > 0; at += 1)
    await press(browser, Key.Escape);
}

async function size(window, { width, factor }) {
  await resize(window.browser, width, 800);
  if (factor !== 1) await zoom(window.browser, factor);
}

/** The digest of each candidate that waits, by the name of its story. */
async function samples(browser) {
  const { reply, failure } = await ask(browser, 'queue');
  assert.equal(failure, undefined);
  const named = ({ repository, digest }) => [SAMPLES[repository], digest];
  return Object.fromEntries(reply.waiting.map(named));
}

for (const wanted of SIZES) {
  for (const theme of themesOf(wanted)) {
    describe(`first run, ${theme}, ${wanted.name}`, () => {
      let window;
      before(async () => {
        window = await openWindow(stage, { theme });
        await settled(window.browser);
        await size(window, wanted);
      });
      after(() => window?.close());

      test('stands', async () => {
        await look(window, `first-run-${theme}-${wanted.name}`);
        await click(window.browser, id('first-run-finish'));
        await reads(window.browser, 'form', /A decision needs a name/);
        await look(window, `first-run-unnamed-${theme}-${wanted.name}`);
        nothingFound();
        assert.deepEqual(await refusals(window.browser), []);
      });
    });
  }
}

describe('without a keyring', () => {
  let bare;
  let window;
  before(async () => {
    bare = await setStage({ keyring: false });
    window = await openWindow(bare, { theme: 'dark' });
    await settled(window.browser);
  });
  after(async () => {
    await window?.close();
    await bare?.close();
  });

  test('first run offers the ways on', async () => {
    await reads(window.browser, id('keyring-problem'));
    await look(window, 'first-run-no-keyring-dark-1280');
    await window.browser.$('input[value="passphrase-file"]').click();
    await look(window, 'first-run-passphrase-dark-1280');
    nothingFound();
  });
});

for (const wanted of SIZES) {
  describe(`the practice team, ${wanted.name}`, () => {
    let window;
    let browser;
    before(async () => {
      window = await openWindow(stage, { args: ['--practice'] });
      ({ browser } = window);
      await settled(browser);
      await size(window, wanted);
    });
    after(() => window?.close());
    beforeEach(() => clear(browser));
    afterEach(nothingFound);

    for (const theme of themesOf(wanted)) {
      const named = (name) => `${name}-${theme}-${wanted.name}`;

      test(`settings, ${theme}`, async () => {
        await go(browser, 'settings');
        await click(browser, id(`appearance-${theme}`));
        const shown = (name) => document.documentElement.dataset.theme === name;
        await sees(browser, theme, shown, theme);
        await look(window, named('settings'));
        for (const part of ['workspace', 'policy']) {
          await browser.execute(
            (one) => document.querySelector(`[data-part="${one}"]`).scrollIntoView(),
            part,
          );
          await look(window, named(`settings-${part}`));
        }
        await click(browser, id('settings-policy-edit'));
        await click(browser, id('policy-try'));
        await reads(browser, id('policy-trial'));
        await look(window, named('policy-editor'));
        await closeDialog(browser);
      });

      test(`notices and webhooks, ${theme}`, async () => {
        await click(browser, id('bell'));
        await reads(browser, id('notices'), /payments|Nothing to tell/);
        await look(window, named('notices'));
        await closeDialog(browser);
        await go(browser, 'settings');
        await click(browser, id('add-webhook'));
        await fill(browser, id('webhook-name'), 'build bot');
        await fill(browser, id('webhook-url'), 'http://127.0.0.1:9/hook');
        await fill(browser, id('webhook-secret'), 'four plain words');
        await look(window, named('webhook-dialog'));
        await click(browser, id('webhook-submit'));
        await gone(browser, id('webhook-dialog'));
        await reads(browser, id('webhook'), /nothing sent yet/);
        await click(browser, id('test-webhook'));
        await reads(browser, id('error-unreachable'), /not reachable/);
        await browser.execute(() =>
          document.querySelector('[data-part="webhooks"]').scrollIntoView(),
        );
        await look(window, named('webhooks'));
        await click(browser, id('remove-webhook'));
        await click(browser, id('confirm'));
        await gone(browser, id('webhook'));
      });

      test(`review, ${theme}`, async () => {
        await go(browser, 'review');
        for (const [name, digest] of Object.entries(await samples(browser))) {
          await openFromList(browser, digest);
          for (const tab of await tabs(browser, name)) {
            await click(browser, id(`tab-${tab}`));
            await filled(browser);
            await look(window, named(`review-${name}-${tab}`));
          }
        }
      });

      test(`what lies over the review, ${theme}`, async () => {
        const { good, failing } = await samples(browser);
        await openFromList(browser, failing);
        await click(browser, id('tab-tests'));
        await click(browser, '[role="grid"][aria-label="Tests"] .line');
        await reads(browser, id('test-panel'));
        await look(window, named('test-panel'));
        await click(browser, id('open-report'));
        await reads(browser, `${id('report-panel')} .text`);
        await look(window, named('report-panel'));
        await closeDialog(browser);
        await click(browser, id('tab-vulnerabilities'));
        await click(browser, '[role="grid"][aria-label="Findings"] .line');
        await reads(browser, id('finding-panel'));
        await look(window, named('finding-panel'));
        await click(browser, id('waive'));
        await reads(browser, id('waive-dialog'));
        await look(window, named('waive-dialog'));
        await press(browser, Key.Escape);
        await gone(browser, id('waive-dialog'));
        await closeDialog(browser);
        await openFromList(browser, good);
        await fill(browser, id('decision-message'), 'the refund suite is green');
        await press(browser, Key.Ctrl, Key.Enter);
        await reads(browser, id('approve-dialog'));
        await look(window, named('approve-dialog'));
        await closeDialog(browser);
        await browser.execute((one) => document.querySelector(one).focus(), id('golden-menu'));
        await press(browser, Key.Enter);
        await reads(browser, '[role="menu"]');
        await look(window, named('golden-menu'));
        await focused(browser, id('rollback'));
        await press(browser, Key.Enter);
        await reads(browser, id('rollback-dialog'), /There is no earlier golden image/);
        await look(window, named('rollback-dialog'));
        await closeDialog(browser);
      });

      test(`palette and keys, ${theme}`, async () => {
        await palette(browser, 'pay');
        await look(window, named('palette'));
        await closeDialog(browser);
        await press(browser, Key.Ctrl, Key.Shift, '?');
        await reads(browser, id('keys-help'));
        await look(window, named('keys'));
        await closeDialog(browser);
        if ((await count(browser, id('open-list'))) === 0) return;
        await click(browser, id('open-list'));
        await reads(browser, id('drawer'));
        await look(window, named('drawer'));
        await closeDialog(browser);
      });

      test(`registries, ${theme}`, async () => {
        await go(browser, 'registries');
        await reads(browser, '[data-testid^="registry-127"]');
        await look(window, named('registries'));
        await click(browser, id('registry-login-open'));
        await focused(browser, id('kind-filter'));
        await look(window, named('login-kinds'));
        await click(browser, id('kind-hub'));
        await reads(browser, id('login-fixed-host'));
        await look(window, named('login-dialog'));
        await click(browser, id('login-back'));
        await click(browser, id('kind-private'));
        await fill(browser, id('login-host'), '127.0.0.1:9');
        await fill(browser, id('login-username'), 'ines');
        await fill(browser, id('login-password'), 'a password');
        await press(browser, Key.Enter);
        await reads(browser, id('error-unreachable'));
        await look(window, named('login-failed'));
        // A login that is left half-way keeps its kind.
        await click(browser, id('login-back'));
        await closeDialog(browser);
      });

      test(`images, ${theme}`, async () => {
        await go(browser, 'images');
        while ((await count(browser, id('images-back'))) > 0)
          await click(browser, id('images-back'));
        await click(browser, id('repo-payments/api'));
        await reads(browser, id('tag-2.8.1'));
        await attribute(browser, '[role="grid"] [data-digest]', 'data-digest');
        await look(window, named('images-tags'));
        await click(browser, id('tag-golden'));
        await reads(browser, id('inspect-digest'));
        for (const tab of ['image', 'layers', 'config', 'attached', 'past']) {
          await click(browser, id(`tab-${tab}`));
          await reads(browser, '[role="tabpanel"]');
          await look(window, named(`images-${tab}`));
        }
      });

      test(`golden, ${theme}`, async () => {
        await go(browser, 'golden');
        await reads(browser, '[data-testid^="golden-row-"]');
        await look(window, named('golden'));
        const row = () =>
          document.querySelector('[data-testid^="golden-row-"]')?.getAttribute('data-testid');
        await click(browser, id(await sees(browser, 'a golden image', row)));
        await reads(browser, id('golden-from'));
        await look(window, named('golden-image'));
        await click(browser, id('golden-more'));
        await click(browser, id('golden-revoke'));
        await reads(browser, id('revoke-plan'));
        await look(window, named('revoke-dialog'));
        await clear(browser);
        await click(browser, id('golden-adopt'));
        await reads(browser, id('adopt-dialog'));
        await look(window, named('adopt-dialog'));
        await clear(browser);
      });

      test(`pipelines, ${theme}`, async () => {
        await go(browser, 'pipelines');
        await reads(browser, id('line'));
        await look(window, named('pipelines'));
        await click(browser, id('pipelines-edit'));
        await reads(browser, id('pipelines-editor'));
        await look(window, named('pipelines-editor'));
        await click(browser, id('editor-back'));
        await gone(browser, id('pipelines-editor'));
      });

      test(`history, ${theme}`, async () => {
        await go(browser, 'history');
        await reads(browser, '[data-testid^="history-row-"]');
        await look(window, named('history'));
        await click(browser, id('history-verify'));
        await reads(browser, id('history-verified'));
        const promotion = () =>
          [...document.querySelectorAll('[data-testid^="history-row-"]')].find((row) =>
            row.innerText.includes('golden'),
          )?.dataset.testid;
        await click(browser, id(await sees(browser, 'a promotion', promotion)));
        await reads(browser, id('history-proof'));
        await look(window, named('history-entry'));
        await click(browser, id('history-bytes'));
        await reads(browser, id('history-bytes-dialog'));
        await look(window, named('history-bytes'));
        await press(browser, Key.Escape);
        await gone(browser, id('history-bytes-dialog'));
        await press(browser, Key.Escape);
        await gone(browser, id('history-entry'));
      });
    }

    test('nothing that the page asked for was refused', async () => {
      assert.deepEqual(await refusals(browser), []);
    });

    /** All of them, where there is room or trouble; elsewhere the first stands for the others. */
    async function tabs(browser, name) {
      const all = await browser.execute(() =>
        [...document.querySelectorAll('[role="tab"]')].map((tab) => tab.dataset.testid.slice(4)),
      );
      return wanted.name === '1280' || name === 'failing' ? all : all.slice(0, 1);
    }
  });
}
