// The practice team in the real window: the good candidate goes golden by the keyboard alone, the
// bad ones go nowhere, from no entry, and each says why.

import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { after, before, describe, test } from 'node:test';
import { setStage } from '../stage.mjs';
import { openWindow, refusals, settled } from '../window.mjs';
import {
  Key,
  ask,
  askLong,
  attribute,
  click,
  count,
  focused,
  go,
  gone,
  id,
  palette,
  press,
  reads,
  sees,
  type,
  underReview,
  walkTo,
} from '../desk.mjs';

const BAD = [
  { image: 'payments/worker 2.8.1', why: /3 of 368 tests fail/ },
  { image: 'web/storefront 5.0.0-rc2', why: /fixable Critical: CVE-/ },
  { image: 'platform/base-debian 12.12-4', why: /another|digest|no scan/i },
];

let stage;
let window;
let browser;
before(async () => {
  stage = await setStage();
  window = await openWindow(stage, { args: ['--practice'] });
  ({ browser } = window);
  await settled(browser);
});
after(async () => {
  await window?.close();
  await stage?.close();
});

/** The practice registry's host, as the screen names it. */
async function hostOnScreen() {
  const look = () => {
    const header = document.querySelector('[data-testid="review"] header');
    return header?.innerText.match(/127\.0\.0\.1:\d+/)?.[0];
  };
  return sees(browser, 'the host', look);
}

/** What the practice registry says a tag names, hashed from the bytes that it gives. */
async function tagged(repository, tag) {
  const types = ['index', 'manifest'].map((kind) => `application/vnd.oci.image.${kind}.v1+json`);
  const address = `http://${await hostOnScreen()}/v2/${repository}/manifests/${tag}`;
  const reply = await fetch(address, { headers: { accept: types.join(', ') } });
  if (reply.status === 404) return null;
  assert.equal(reply.status, 200);
  const bytes = Buffer.from(await reply.arrayBuffer());
  return `sha256:${createHash('sha256').update(bytes).digest('hex')}`;
}

const digestOnScreen = () => attribute(browser, id('review-digest'), 'data-digest');

describe('a bad candidate goes nowhere and says why', () => {
  for (const { image, why } of BAD) {
    describe(image, () => {
      const [repository] = image.split(' ');
      before(async () => {
        await go(browser, 'review');
        await walkTo(browser, image);
      });

      test('its button is off, with the reason beside it', async () => {
        assert.equal(await attribute(browser, id('approve'), 'aria-disabled'), 'true');
        await reads(browser, id('approve-why'), why);
        const described = await attribute(browser, id('approve'), 'aria-describedby');
        await reads(browser, `#${described}`, why);
        await click(browser, id('approve'));
        assert.equal(await count(browser, '[role="dialog"]'), 0);
      });

      test('its failing checks come first, each with a sentence', async () => {
        const checks = await sees(browser, 'checks', () =>
          [...document.querySelectorAll('[data-testid^="check-"]')].map((check) => ({
            verdict: check.dataset.verdict,
            reason: check.querySelector('.reason').innerText.trim(),
          })),
        );
        assert.equal(checks[0].verdict, 'fail', JSON.stringify(checks));
        const order = checks.map(({ verdict }) => verdict === 'fail');
        assert.deepEqual(
          order,
          order.toSorted((a, b) => b - a),
        );
        for (const { reason } of checks) assert.match(reason, /\S+ \S+/);
      });

      test('the keys approve nothing', async () => {
        await press(browser, Key.Ctrl, 'd');
        await focused(browser, id('decision-message'));
        await type(browser, 'it is needed today');
        await press(browser, Key.Ctrl, Key.Enter);
        await press(browser, Key.Enter);
        assert.equal(await count(browser, '[role="dialog"]'), 0);
        await press(browser, Key.Ctrl, 'a');
        await press(browser, Key.Backspace);
        await press(browser, Key.Tab);
      });

      test('the palette leads to the same box, with the same reason', async () => {
        const offered = await palette(browser, 'approve');
        assert.ok(offered.length > 0);
        assert.match(offered[0].words, /Decide on/);
        await press(browser, Key.Enter);
        await gone(browser, id('palette'));
        await focused(browser, id('decision-message'));
        await reads(browser, id('approve-why'), why);
        assert.equal(await count(browser, id('approve-dialog')), 0);
        for (const { words } of offered) assert.doesNotMatch(words, /^\S+ (Approve|Promote)/);
      });

      test('the program itself refuses, whoever asks', async () => {
        const { reply: review } = await ask(browser, 'review', {
          image: `${await hostOnScreen()}/${repository}@${await digestOnScreen()}`,
          stage: 'golden',
        });
        assert.equal(review.verdict, 'fail');
        assert.match(review.can.approve, why);
        const decision = {
          image: review.image,
          stage: 'golden',
          message: 'past every button',
          seen: review.evidence.map(({ digest }) => digest),
          seen_golden: null,
          promote: true,
        };
        const approved = await askLong(browser, 'approve', decision);
        assert.equal(approved.failure?.code, 'policy-refuses', JSON.stringify(approved));
        assert.match(approved.failure.message, why);
        const promoted = await askLong(browser, 'promote', {
          image: review.image,
          stage: 'golden',
          dry_run: false,
        });
        const outcome = promoted.failure?.code ?? promoted.reply.outcome;
        assert.match(outcome, /^(policy-refuses|not-approved|refused)$/, JSON.stringify(promoted));
        assert.equal(await tagged(repository, 'golden'), null);
      });
    });
  }

  test('every refusal stands in the history', async () => {
    await go(browser, 'history');
    for (const { image } of BAD) {
      const [repository] = image.split(' ');
      await sees(
        browser,
        `a refusal of ${repository}`,
        (name) =>
          [...document.querySelectorAll('[data-testid^="history-row-"]')].some((row) =>
            row.textContent.replace(/\s+/g, '').includes(`Refused${name}`),
          ),
        repository,
      );
    }
  });
});

describe('the good candidate goes golden by the keyboard alone', () => {
  let goldenBefore;
  let digest;

  test('J walks to it and K back', async () => {
    await press(browser, Key.Ctrl, '1');
    await walkTo(browser, 'payments/api 2.8.1');
    await press(browser, 'k');
    const other = await sees(browser, 'the line before', () => {
      const heading = document.querySelector('[data-testid="review"] header h2');
      const now = heading?.innerText.replace(/\s+/g, ' ').trim();
      return now !== 'payments/api 2.8.1' && now;
    });
    assert.equal(other, 'payments/worker 2.8.1');
    await press(browser, 'j');
    await walkTo(browser, 'payments/api 2.8.1');
    digest = await digestOnScreen();
    goldenBefore = await tagged('payments/api', 'golden');
    assert.equal(await attribute(browser, id('golden-digest'), 'data-digest'), goldenBefore);
  });

  test('it asks for the reason first', async () => {
    await press(browser, Key.Ctrl, 'd');
    await focused(browser, id('decision-message'));
    await press(browser, Key.Ctrl, Key.Enter);
    await reads(browser, 'section.decision', /Say why first/);
    assert.equal(await count(browser, '[role="dialog"]'), 0);
  });

  test('the dialog shows which digest becomes which, and no plain key confirms it', async () => {
    await type(browser, 'the rounding is right in all 24 currencies');
    await press(browser, Key.Ctrl, Key.Enter);
    const row = await reads(browser, `${id('approve-dialog')} ${id('move-golden')}`);
    const short = (whole) => `${whole.slice(7, 11)}…${whole.slice(-4)}`;
    assert.match(row, new RegExp(`${short(goldenBefore)}.*${short(digest)}`));
    const whole = await browser.execute(() =>
      [...document.querySelectorAll('[data-testid="move-golden"] code')].map(({ title }) => title),
    );
    assert.deepEqual(whole, [goldenBefore, digest]);
    await reads(browser, id('confirm-approve'), /Approve and move golden/);
    await reads(browser, id('approve-dialog'), /the rounding is right in all 24 currencies/);
    await press(browser, Key.Enter);
    await press(browser, ' ');
    assert.equal(await count(browser, id('approve-dialog')), 1);
    assert.equal(await tagged('payments/api', 'golden'), goldenBefore);
  });

  test('Ctrl and Enter move the tag, and the screen says so at once', async () => {
    await press(browser, Key.Ctrl, Key.Enter);
    await reads(browser, id('standing'), /Promoted to golden/);
    await gone(browser, id('approve-dialog'));
    assert.equal(await digestOnScreen(), digest);
    await attribute(browser, `${id('golden-digest')}[data-digest="${digest}"]`, 'data-digest');
    assert.equal(await underReview(browser), 'payments/api 2.8.1');
    assert.equal(await tagged('payments/api', 'golden'), digest);
  });

  test('nothing that the page asked for was refused', async () => {
    assert.deepEqual(await refusals(browser), []);
  });
});
