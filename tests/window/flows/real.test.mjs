// The whole story in the real window, against Debian's docker-registry with htpasswd and TLS of a
// private authority, and a real Secret Service: first run, logging in, review, approval, the golden
// tag, the history, and back. Nothing that is secret is written or shown on the way.

import assert from 'node:assert/strict';
import { existsSync, symlinkSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { freePort, setStage, temporaryFolder } from '../stage.mjs';
import { PROGRAM, openWindow, refusals, settled } from '../window.mjs';
import {
  Key,
  attribute,
  click,
  count,
  fill,
  focused,
  go,
  gone,
  id,
  openFromList,
  press,
  reads,
  sees,
  type,
} from '../desk.mjs';
import { has, inFolder, listen, pageHolds } from '../canary.mjs';
import { makeImage } from '../image.mjs';
import { authority, openRegistry, run } from '../registry.mjs';

const PASSWORD = 'canary-Qv73+window/password';
const WRONG = 'canary-wrong-password';
const REPOSITORY = 'payments/ledger';
const COMMAND =
  process.env.HALLMARK_COMMAND ??
  join(dirname(fileURLToPath(import.meta.url)), '../../../target/debug/hallmark');

let stage;
let registry;
let window;
let browser;
let older;
let newer;
const folder = temporaryFolder('company');
const home = temporaryFolder('workspace');

before(async () => {
  if (!existsSync(COMMAND)) throw new Error(`${COMMAND} is not built: cargo build -p hallmark-cli`);
  stage = await setStage();
  registry = await openRegistry(join(folder, 'registry'), 'ines', PASSWORD);
  [older, newer] = ['1.4.0', '1.4.1'].map((version, at) =>
    makeImage(folder, REPOSITORY, version, { tests: 12 + at }),
  );
  for (const { layout, version } of [older, newer])
    await registry.skopeo.push(layout, REPOSITORY, version);
  window = await openWindow(stage, { home });
  ({ browser } = window);
  await listen(browser);
});
after(async () => {
  await window?.close();
  await registry?.close();
  await stage?.close();
});

/** The command, in the same workspace, home and keyring as the window. */
async function hallmark(...words) {
  const env = { ...stage.env, HALLMARK_HOME: home };
  const { code, out, said } = await run(COMMAND, ['--json', ...words], { env });
  assert.equal(code, 0, `hallmark ${words.join(' ')}: ${said}`);
  return JSON.parse(out.toString());
}

const tagOf = (image) => `${registry.host}/${REPOSITORY}:${image.version}`;
const golden = () => registry.skopeo.digest(REPOSITORY, 'golden');

/** Reports are attached and a review is asked for, as CI does it. */
async function asked(image, why) {
  await hallmark('evidence', 'attach', tagOf(image), ...image.reports);
  await hallmark('request', tagOf(image), '--stage', 'golden', '-m', why);
}

test('first run ends with a name, a key and a keyring that was tried', async () => {
  await reads(browser, id('keyring-ok'), /Secret Service.*writing, reading and deleting work/);
  await click(browser, id('first-run-finish'));
  await reads(browser, 'form', /A decision needs a name/);
  await fill(browser, id('first-run-name'), 'Ines');
  assert.equal(await browser.$(id('home-approve')).isSelected(), true);
  await click(browser, id('first-run-finish'));
  await settled(browser);
  await reads(browser, 'main', /Nothing waits for you/);
  await reads(browser, 'main', /Log in to registry/);
});

describe('logging in to the registry', () => {
  const failure = '[data-testid="login-dialog"] .trouble';
  const titles = new Map();
  let other;

  before(async () => {
    other = await authority(join(folder, 'somebody'), 'Somebody else');
    await go(browser, 'registries');
    await click(browser, id('registry-login-open'));
    await click(browser, id('kind-private'));
    await focused(browser, id('login-host'));
    await click(browser, id('login-advanced'));
  });

  /** Fills the dialog in and presses the button; the dialog stays, with its reason. */
  async function refused(code, { host = registry.host, password = PASSWORD, ca = registry.ca }) {
    await fill(browser, id('login-host'), host);
    await fill(browser, id('login-username'), 'ines');
    await fill(browser, id('login-password'), password);
    await fill(browser, id('login-ca'), ca);
    await press(browser, Key.Enter);
    const words = await reads(browser, `${failure} ${id(`error-${code}`)}`);
    titles.set(code, words);
    assert.match(words, /\. \S/, 'a sentence, and what to do');
    assert.equal(has(words, password), false);
    return words;
  }

  test('a wrong password has its own sentence', async () => {
    const words = await refused('wrong-password', { password: WRONG });
    assert.match(words, /Wrong name or password/);
  });

  test('without the authority it says that https is spoken there', async () => {
    const words = await refused('plain-http', { ca: '' });
    assert.match(words, /http/);
  });

  test('with the authority of somebody else the certificate is not trusted', async () => {
    const words = await refused('tls-untrusted', { ca: other });
    assert.match(words, /not trusted/i);
    assert.match(words, /certificate authority/);
  });

  test('a port where nobody listens is not reachable', async () => {
    const words = await refused('unreachable', { host: `127.0.0.1:${await freePort()}` });
    assert.match(words, /Not reachable/);
    assert.match(words, /port/);
  });

  test('each of these failures reads differently', () => {
    assert.equal(titles.size, 4);
    assert.equal(new Set(titles.values()).size, 4);
  });

  test('nothing of what failed was kept', async () => {
    assert.deepEqual(await hallmark('registries'), []);
  });

  test('the right login is kept, and the screen says where its secret lives', async () => {
    await fill(browser, id('login-host'), registry.host);
    await fill(browser, id('login-ca'), registry.ca);
    await fill(browser, id('login-password'), PASSWORD);
    await click(browser, id('login-submit'));
    await gone(browser, id('login-dialog'));
    const card = id(`registry-${registry.host}`);
    await reads(browser, card, /Logged in as ines.*Password or token in .*Secret Service/);
    await reads(browser, card, /Trusting the authority/);
    await reads(browser, card, /TLS 1\.3 with the certificate of registry/);
    await click(browser, id(`registry-test-${registry.host}`));
    await reads(browser, id(`registry-result-${registry.host}`), /\S+ \S+/);
    const [kept] = await hallmark('registries');
    assert.equal(kept.username, 'ines');
  });

  test('its images can be looked at', async () => {
    await click(browser, id(`registry-browse-${registry.host}`));
    await click(browser, id(`repo-${REPOSITORY}`));
    await click(browser, id(`tag-${newer.version}`));
    await attribute(
      browser,
      `${id('inspect-digest')}[data-digest="${newer.digest}"]`,
      'data-digest',
    );
    await go(browser, 'registries');
  });
});

describe('from a request to the golden tag', () => {
  before(async () => {
    await asked(older, 'the first release');
    await hallmark('approve', tagOf(older), '--stage', 'golden', '-m', 'every entry balances');
    await hallmark('promote', tagOf(older), '--stage', 'golden');
    assert.equal(await golden(), older.digest);
    await asked(newer, 'the year is closed rightly');
  });

  test('F5 brings the request onto the screen', async () => {
    await go(browser, 'review');
    await press(browser, Key.F5);
    await openFromList(browser, newer.digest);
    await reads(browser, `${id('review')} header`, /Ines asked .*the year is closed rightly/);
  });

  test('the review shows tests, scan, what changed and who vouches', async () => {
    await reads(browser, id('review'), /13 passed/);
    await reads(browser, id('review'), /1 Medium/);
    await reads(browser, id('review'), /signed by Ines, key [0-9a-f]+….*in no transparency log/);
    await attribute(
      browser,
      `${id('golden-digest')}[data-digest="${older.digest}"]`,
      'data-digest',
    );
    const verdicts = await sees(browser, 'checks', () =>
      [...document.querySelectorAll('[data-testid^="check-"]')].map((one) => one.dataset.verdict),
    );
    assert.ok(!verdicts.includes('fail'), verdicts.join());
    await click(browser, id('tab-tests'));
    await reads(browser, '[role="grid"][aria-label="Tests"]', /test_entry\[0\]/);
    await click(browser, id('tab-vulnerabilities'));
    await reads(browser, '[role="tabpanel"]', /CVE-2025-4802.*libc6/);
  });

  test('approving moves the golden tag to the very digest under review', async () => {
    await fill(browser, id('decision-message'), 'the balance of December agrees');
    await click(browser, id('approve'));
    await reads(browser, id('move-golden'), /golden/);
    const moves = await browser.execute(() =>
      [...document.querySelectorAll('[data-testid="move-golden"] code')].map(({ title }) => title),
    );
    assert.deepEqual(moves, [older.digest, newer.digest]);
    await reads(browser, id('approve-dialog'), /You asked for this yourself/);
    await click(browser, id('confirm-approve'));
    await reads(browser, id('standing'), /Promoted to golden/);
    await gone(browser, id('approve-dialog'));
    await attribute(
      browser,
      `${id('golden-digest')}[data-digest="${newer.digest}"]`,
      'data-digest',
    );
    assert.equal(await golden(), newer.digest);
  });

  test('the history tells it, and holds', async () => {
    await go(browser, 'history');
    const promotion = await sees(
      browser,
      'the promotion',
      (version) =>
        [...document.querySelectorAll('[data-testid^="history-row-"]')].find((row) =>
          row.textContent.replace(/\s+/g, ' ').match(new RegExp(`Promoted to golden.*${version}`)),
        )?.dataset.testid,
      newer.digest.slice(7, 11),
    );
    await click(browser, id(promotion));
    await reads(browser, id('history-entry'), /Promoted to golden/);
    await attribute(
      browser,
      `${id('history-entry')} [data-digest="${newer.digest}"]`,
      'data-digest',
    );
    await click(browser, id('history-verify'));
    await reads(browser, id('history-verified'), /\d+ entries|entry \d+/);
    await reads(browser, 'footer', /History \d+ entries, verified/);
    assert.equal((await hallmark('history', 'verify')).ok, true);
  });

  test('rolling back asks for the name of the tag, and puts the old digest back', async () => {
    await click(browser, id('history-open-review'));
    await click(browser, id('golden-menu'));
    await click(browser, id('rollback'));
    const target = `${id('rollback-dialog')} input[type="radio"][value="${older.digest}"]`;
    await click(browser, target);
    await reads(browser, id('move-golden'), /golden/);
    await fill(browser, id('rollback-message'), 'December does not agree after all');
    await fill(browser, id('confirm-word'), 'gold');
    await press(browser, Key.Ctrl, Key.Enter);
    await reads(browser, id('rollback-dialog'), /Type golden to confirm/);
    assert.equal(await golden(), newer.digest);
    await focused(browser, id('confirm-word'));
    await type(browser, 'en');
    await press(browser, Key.Ctrl, Key.Enter);
    await gone(browser, id('rollback-dialog'));
    assert.equal(await golden(), older.digest);
    await attribute(
      browser,
      `${id('golden-digest')}[data-digest="${older.digest}"]`,
      'data-digest',
    );
    const verified = await run(
      COMMAND,
      ['--json', 'verify', `${registry.host}/${REPOSITORY}:golden`, '--stage', 'golden'],
      { env: { ...stage.env, HALLMARK_HOME: home } },
    );
    assert.equal(JSON.parse(verified.out.toString()).digest, older.digest);
  });
});

describe('one window a workspace', () => {
  test('a second start brings the first window to the front and ends', async () => {
    const env = { ...stage.env, HALLMARK_HOME: home };
    const second = await run(PROGRAM, [], { env, timeout: 20_000 });
    assert.equal(second.code, 0, second.said);
    assert.equal(await count(browser, 'main'), 1);
  });

  test('under another name of the folder it is refused in words', async () => {
    const alias = join(folder, 'alias');
    symlinkSync(home, alias);
    const second = await openWindow(stage, { home: alias });
    try {
      const words = await reads(second.browser, id('error-workspace-in-use'));
      assert.match(words, /in use/);
      assert.match(words, /\. \S/, 'it says what to do');
    } finally {
      await second.close();
    }
  });
});

describe('the password is nowhere but in the keyring', () => {
  test('not in the page, its fields, its stores or an answer of the program', async () => {
    const holds = await pageHolds(browser);
    assert.match(holds.document, /<main/);
    assert.ok(holds.answers.includes('Secret Service'), 'answers were heard');
    for (const [where, text] of Object.entries(holds))
      for (const secret of [PASSWORD, WRONG]) assert.equal(has(text, secret), false, where);
    assert.deepEqual(await refusals(browser), []);
  });

  test('not in the homes, not on the terminal', async () => {
    for (const secret of [PASSWORD, WRONG]) {
      for (const place of [home, stage.home]) {
        const { found, looked } = inFolder(place, secret);
        assert.ok(looked > 0, `nothing was looked at in ${place}`);
        assert.deepEqual(found, []);
      }
      assert.equal(has(window.said(), secret), false);
    }
  });

  test('a search that finds nothing would find it', () => {
    assert.ok(has(`{"auth":"${Buffer.from(`ines:${PASSWORD}`).toString('base64')}"}`, PASSWORD));
    assert.ok(has(encodeURIComponent(PASSWORD), PASSWORD));
    const { found } = inFolder(join(folder, 'registry'), PASSWORD);
    assert.deepEqual(found, [join(folder, 'registry/skopeo.json')]);
  });
});
