// The window opens, in both themes, with a title, words and nothing that axe calls serious.

import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { setStage } from '../stage.mjs';
import { openWindow, seriousFindings, settled, shot } from '../window.mjs';

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

    test('has nothing that axe calls serious', async () => {
      assert.deepEqual(await seriousFindings(window.browser), []);
    });
  });
}
