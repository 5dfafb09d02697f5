// What a person does at the desk, in words for tests: find by test id, read, click, press keys,
// walk the list. Each step waits for what it needs, and says what was missing.

import assert from 'node:assert/strict';
import { Key } from 'webdriverio';

const PATIENCE = 20_000;

/** The selector of a test id, within what is named. */
export const id = (testid) => `[data-testid="${testid}"]`;

/** Waits until `look`, run in the page with `args`, gives something true; gives that. */
export async function sees(browser, what, look, ...args) {
  let seen;
  const looked = async () => (seen = await browser.execute(look, ...args));
  await browser.waitUntil(looked, {
    timeout: PATIENCE,
    interval: 50,
    timeoutMsg: `not seen: ${what}`,
  });
  return seen;
}

/** The words of the first element of a selector, once it is there and says what is wanted. */
export async function reads(browser, selector, wanted = /\S/) {
  let words = null;
  const look = (one) => {
    const element = document.querySelector(one);
    return element ? (element.innerText ?? element.textContent).replace(/\s+/g, ' ').trim() : null;
  };
  const matches = async () => {
    words = await browser.execute(look, selector);
    return words !== null && wanted.test(words);
  };
  await browser
    .waitUntil(matches, { timeout: PATIENCE, interval: 50 })
    .catch(() => assert.fail(`${selector} says “${words}”, wanted ${wanted}`));
  return words;
}

/** An attribute of the first element of a selector, once it is there. */
export async function attribute(browser, selector, name) {
  const look = (one, its) => document.querySelector(one)?.getAttribute(its);
  return sees(browser, `${name} of ${selector}`, look, selector, name);
}

/** How many elements a selector finds now. */
export async function count(browser, selector) {
  return browser.execute((one) => document.querySelectorAll(one).length, selector);
}

/** Waits until nothing is found by a selector any more. */
export async function gone(browser, selector) {
  await sees(browser, `${selector} gone`, (one) => !document.querySelector(one), selector);
}

/**
 * Clicks what a selector finds, when it is there. On a zoomed page the driver's clicks land
 * elsewhere; there the page itself clicks.
 */
export async function click(browser, selector) {
  const element = browser.$(selector);
  await element.waitForExist({ timeout: PATIENCE });
  await element.scrollIntoView({ block: 'nearest' });
  const zoomed = () => Math.abs(outerWidth - innerWidth) > 2;
  if (!(await browser.execute(zoomed))) return element.click();
  await browser.execute((one) => {
    const found = document.querySelector(one);
    found.focus();
    found.click();
  }, selector);
}

/** Fills a field anew. */
export async function fill(browser, selector, text) {
  await click(browser, selector);
  await focused(browser, selector);
  await browser.keys([Key.Ctrl, 'a']);
  await browser.keys(Key.Backspace);
  await type(browser, text);
  const value = (one, wanted) => document.querySelector(one).value === wanted;
  await sees(browser, `${selector} filled`, value, selector, text);
}

/** Presses keys together: `press(browser, Key.Ctrl, 'k')`. */
export async function press(browser, ...keys) {
  await browser.keys(keys);
}

/** Types a text, one key after the other, into whatever has the focus. */
export async function type(browser, text) {
  if (!text) return;
  const typing = browser.action('key');
  for (const letter of text) typing.down(letter).up(letter);
  await typing.perform();
}

/** Waits until the focus is on what a selector finds. */
export async function focused(browser, selector) {
  await sees(
    browser,
    `focus on ${selector}`,
    (one) => document.activeElement?.matches(one),
    selector,
  );
}

/** Goes to a screen by its place in the navigation. */
export async function go(browser, screen) {
  await click(browser, id(`nav-${screen}`));
  await attribute(browser, `${id(`nav-${screen}`)}[aria-current="page"]`, 'aria-current');
}

/** What the open review is about: its heading in words, once it is read. */
export async function underReview(browser) {
  return reads(browser, `${id('review')} header h2`);
}

/** Walks the list with J, and from its end back with K, until that image is under review. */
export async function walkTo(browser, name) {
  for (const key of ['j', 'k']) {
    for (;;) {
      const { open, at, last } = await sees(browser, 'a review that belongs to its line', standing);
      if (open === name) return;
      if (at === (key === 'j' ? last : 0)) break;
      await press(browser, key);
      await sees(browser, `the line after ${open}`, moved, at);
    }
  }
  assert.fail(`${name} is not in the list`);
}

/** Runs in the page: which line of the list is open, where its review stands. */
function standing() {
  const heading = document.querySelector('[data-testid="review"] header h2');
  const digest = document.querySelector('[data-testid="review-digest"]')?.dataset.digest;
  const lines = [...document.querySelectorAll('.list [data-testid^="candidate-"]')];
  const at = lines.findIndex((line) => line.getAttribute('aria-current') === 'true');
  if (!heading || !digest || !lines[at]?.dataset.testid.endsWith(digest.slice(7, 19))) return null;
  return { open: heading.innerText.replace(/\s+/g, ' ').trim(), at, last: lines.length - 1 };
}

/** Runs in the page: whether another line than that is open. */
function moved(before) {
  const lines = [...document.querySelectorAll('.list [data-testid^="candidate-"]')];
  const at = lines.findIndex((line) => line.getAttribute('aria-current') === 'true');
  return at >= 0 && at !== before;
}

/** Opens an image from the list by a click; the list is taken out where it is a drawer. */
export async function openFromList(browser, digest) {
  const line = id(`candidate-${digest.replace(/^sha256:/, '').slice(0, 12)}`);
  if ((await count(browser, id('open-list'))) > 0) await click(browser, id('open-list'));
  await click(browser, line);
  await attribute(browser, `${id('review-digest')}[data-digest="${digest}"]`, 'data-digest');
}

/** Finds something in the palette by typing, and gives what it offers, in words. */
export async function palette(browser, words) {
  await press(browser, Key.Ctrl, 'k');
  await focused(browser, `${id('palette')} input`);
  await type(browser, words);
  const offered = (typed) => {
    const box = document.querySelector('[data-testid="palette"]');
    if (box?.querySelector('input').value !== typed) return null;
    return [...box.querySelectorAll('[role="option"]')].map((one) => ({
      words: one.innerText.replace(/\s+/g, ' ').trim(),
      disabled: one.getAttribute('aria-disabled') === 'true',
    }));
  };
  return sees(browser, `the palette with “${words}”`, offered, words);
}

/** Closes whatever dialog is open. */
export async function closeDialog(browser) {
  await press(browser, Key.Escape);
  await gone(browser, '[role="dialog"]');
}

/** Asks the program itself, past every button, as a page that was taken over would. */
export async function ask(browser, command, args) {
  return browser.executeAsync(
    (name, given, done) => {
      const call = window.__TAURI_INTERNALS__.invoke(name, given === null ? {} : { args: given });
      call.then(
        (reply) => done({ reply }),
        (failure) => done({ failure }),
      );
    },
    command,
    args ?? null,
  );
}

/** As `ask`, for what takes long. */
export async function askLong(browser, command, args) {
  return browser.executeAsync(
    (name, given, done) => {
      const { invoke, transformCallback } = window.__TAURI_INTERNALS__;
      const channel = `__CHANNEL__:${transformCallback(() => undefined)}`;
      const call = invoke(name, { args: given, task: `test-${name}`, progress: channel });
      call.then(
        (reply) => done({ reply }),
        (failure) => done({ failure }),
      );
    },
    command,
    args,
  );
}

export { Key };
