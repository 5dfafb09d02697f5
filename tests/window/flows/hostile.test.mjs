// Text that means harm, in every place that a stranger can write to: names of tests and packages,
// labels, the history of layers, file names, reasons. In the real window it is shown as text: no
// element is made of it, nothing of it runs, nothing turns the reading around, and nothing becomes
// wider than the window. Each look is kept under `shots/`.

import assert from 'node:assert/strict';
import { after, afterEach, before, describe, test } from 'node:test';
import { openWindow, refusals, resize, seriousFindings, settled, shot } from '../window.mjs';
import {
  Key,
  attribute,
  click,
  closeDialog,
  count,
  go,
  gone,
  id,
  openFromList,
  press,
  reads,
  sees,
} from '../desk.mjs';
import { openCompany } from '../company.mjs';
import { ARABIC, JOINED, MARKUP, REASON, SHOWN, makeHostileImage } from '../hostile.mjs';
import { makeImage } from '../image.mjs';

const REPOSITORY = 'payments/ledger';
const TABS = ['evidence', 'tests', 'vulnerabilities', 'packages', 'layers', 'activity'];

let company;
let window;
let browser;
let hostile;
before(async () => {
  company = await openCompany(`Ines ${MARKUP}`);
  const plain = makeImage(company.folder, REPOSITORY, '1.0.0');
  const tag = await company.publish(plain, REPOSITORY, 'the first release');
  await company.hallmark(['approve', tag, '--stage', 'golden', '-m', REASON]);
  await company.hallmark(['promote', tag, '--stage', 'golden']);
  hostile = makeHostileImage(company.folder, REPOSITORY, '2.0.0');
  const other = await company.publish(hostile, REPOSITORY, REASON);
  await company.hallmark(['comment', other, '--stage', 'golden', '-m', REASON]);
  window = await openWindow(company.stage, { home: company.home });
  ({ browser } = window);
  await settled(browser);
});
after(async () => {
  await window?.close();
  await company?.close();
});

/** Takes the picture, then says what of the hostile text is more than text. */
async function look(name) {
  await settled(browser);
  await shot(window, `hostile-${name}`);
  assert.deepEqual(await browser.execute(harm), []);
  assert.deepEqual(await browser.execute(wide), []);
}

/** Runs in the page: what the text has done. */
function harm() {
  const made = document.querySelectorAll(
    'img, [onerror], script:not([src]), iframe:not(#__tauri_isolation__), base',
  );
  const words = document.body.innerText + document.title;
  const named = [...document.querySelectorAll('[title], [aria-label]')].map(
    (one) => one.title + one.ariaLabel,
  );
  const obeyed = [words, ...named].join('').match(/[\0-\x08\x0b-\x1f\x7f-\x9f\u200b\u2028-\u202e]/);
  return [
    ...[...made].map((one) => `an element was made: ${one.outerHTML.slice(0, 200)}`),
    ...(globalThis.pwned === undefined ? [] : [`something ran: ${globalThis.pwned}`]),
    ...(obeyed ? [`the page obeys U+${obeyed[0].codePointAt(0).toString(16)}`] : []),
  ];
}

/** Runs in the page: what sticks out of the window, or is scrolled sideways and is no source text. */
function wide() {
  const scrolls = (one) => /auto|scroll/.test(getComputedStyle(one).overflowX);
  const found = [...document.querySelectorAll('body *')].filter(
    (one) =>
      !one.matches('pre, :has(> pre)') && scrolls(one) && one.scrollWidth > one.clientWidth + 1,
  );
  const page = document.documentElement.scrollWidth > innerWidth ? ['the page'] : [];
  return [...page, ...found.map((one) => one.outerHTML.slice(0, 160))];
}

/** Waits until the open tab says a text. */
async function says(part, text) {
  const look = (one, wanted) => document.querySelector(one)?.textContent.includes(wanted);
  await sees(browser, `“${text}” in ${part}`, look, part, text);
}

async function appearance(theme) {
  await go(browser, 'settings');
  await click(browser, id(`appearance-${theme}`));
  await sees(browser, theme, (name) => document.documentElement.dataset.theme === name, theme);
}

/** What each tab of the review says of the hostile text. */
const IN_TAB = {
  evidence: ['<img src=x onerror=pwned=4>.xml', '\\u{202e}nosj.yvirt.json'],
  tests: SHOWN,
  vulnerabilities: SHOWN,
  packages: SHOWN,
  layers: SHOWN,
  activity: SHOWN.filter((text) => !text.startsWith('endless')),
};
/** What the tabs of the image's page say of it, where they say anything. */
const ON_PAGE = { image: SHOWN[1], layers: SHOWN[0], config: SHOWN[1] };

for (const theme of ['light', 'dark']) {
  describe(`hostile text, ${theme}`, () => {
    before(() => appearance(theme));
    afterEach(async () => {
      for (let at = 0; at < 4 && (await count(browser, '[role="dialog"]')) > 0; at += 1)
        await press(browser, Key.Escape);
    });

    for (const tab of TABS) {
      test(`is text in the review's ${tab}`, async () => {
        await go(browser, 'review');
        await openFromList(browser, hostile.digest);
        await click(browser, id(`tab-${tab}`));
        for (const text of IN_TAB[tab]) await says('[role="tabpanel"]', text);
        await look(`review-${tab}-${theme}`);
      });
    }

    test('is text in the panels of a test, a finding and a report', async () => {
      await click(browser, id('tab-tests'));
      await click(browser, '[role="grid"][aria-label="Tests"] .line');
      await reads(browser, `${id('test-panel')} pre`);
      await look(`test-panel-${theme}`);
      await click(browser, id('open-report'));
      await reads(browser, `${id('report-panel')} .text`);
      await look(`report-panel-${theme}`);
      await closeDialog(browser);
      await click(browser, id('tab-vulnerabilities'));
      await click(browser, '[role="grid"][aria-label="Findings"] .line');
      await reads(browser, id('finding-panel'));
      await look(`finding-panel-${theme}`);
    });

    test('is text at 900 px', async () => {
      await resize(browser, 900, 800);
      for (const tab of TABS) {
        await click(browser, id(`tab-${tab}`));
        await says('[role="tabpanel"]', IN_TAB[tab][0]);
        await look(`review-${tab}-900-${theme}`);
      }
      await resize(browser, 1280, 800);
    });

    test("is text on the image's page", async () => {
      await go(browser, 'images');
      while ((await count(browser, id('images-back'))) > 0) await click(browser, id('images-back'));
      await click(browser, id(`repo-${REPOSITORY}`));
      await click(browser, id('tag-2.0.0'));
      const digest = `${id('inspect-digest')}[data-digest="${hostile.digest}"]`;
      await attribute(browser, digest, 'data-digest');
      for (const tab of ['image', 'layers', 'config', 'attached', 'past']) {
        await click(browser, id(`tab-${tab}`));
        await reads(browser, '[role="tabpanel"]');
        if (ON_PAGE[tab]) await says('[role="tabpanel"]', ON_PAGE[tab]);
        await look(`images-${tab}-${theme}`);
      }
    });

    test('is text in the history', async () => {
      await go(browser, 'history');
      await reads(browser, '[data-testid^="history-row-"]');
      await look(`history-${theme}`);
      const comment = () =>
        [...document.querySelectorAll('[data-testid^="history-row-"]')].find((row) =>
          /comment/i.test(row.textContent),
        )?.dataset.testid;
      await click(browser, id(await sees(browser, 'the comment', comment)));
      await says(id('history-entry'), SHOWN[1]);
      await look(`history-entry-${theme}`);
      await press(browser, Key.Escape);
      await gone(browser, id('history-entry'));
    });
  });
}

test('long words are short until somebody asks', async () => {
  await go(browser, 'review');
  await openFromList(browser, hostile.digest);
  const more = `${id('review')} header ${id('long-text')}`;
  const high = () => document.querySelector('[data-testid="review"] header').clientHeight;
  const short = await browser.execute(high);
  assert.ok(short < 300, `${short} px are left for the head`);
  await click(browser, more);
  await reads(browser, more, /Show less/);
  assert.ok((await browser.execute(high)) > short + 200, 'all of it stands');
});

test('emoji and words from right to left are what they were', async () => {
  await go(browser, 'review');
  await openFromList(browser, hostile.digest);
  for (const text of [JOINED, ARABIC]) await says(id('review'), text);
});

test('axe reads it all the same', async () => {
  assert.deepEqual(await seriousFindings(browser), []);
});

test('nothing that the page asked for was refused', async () => {
  assert.deepEqual(await refusals(browser), []);
});
