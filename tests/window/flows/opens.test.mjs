// The window opens, in both themes, with a title, words and nothing that axe calls serious.

import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { setStage } from '../stage.mjs';
import { openWindow, refusals, seriousFindings, settled, shot } from '../window.mjs';

let stage;
before(async () => (stage = await setStage()));
after(() => stage?.close());

for (const theme of ['light', 'dark']) {
  describe(`the window, ${theme}`, () => {
    let window;
    before(async () => {
      window = await openWindow(stage, { theme });
      await settled(window.browser);
    });
    after(() => window?.close());

    test('has its name in the title', async () => {
      assert.match(await window.browser.getTitle(), /Hallmark/);
    });

    test("has the desktop's theme", async () => {
      const dark = () => matchMedia('(prefers-color-scheme: dark)').matches;
      assert.equal(await window.browser.execute(dark), theme === 'dark');
      await shot(window, `opens-${theme}`);
    });

    test('refuses styles but those that it brought along, and needs no other', async () => {
      const { browser } = window;
      assert.deepEqual(await refusals(browser), []);
      await browser.execute(() => document.head.append(document.createElement('style')));
      await browser.execute(
        () => (document.querySelector('style:last-of-type').textContent = 'p{}'),
      );
      await browser.waitUntil(async () => (await refusals(browser)).length > 0, { timeout: 5000 });
    });

    test('has nothing that axe calls serious', async () => {
      assert.deepEqual(await seriousFindings(window.browser), []);
    });
  });
}
