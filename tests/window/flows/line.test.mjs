// A team's line in the real window: dev and qa on one registry, golden on another. It is laid out
// in the editor, an image goes up it stage by stage, and a second machine that joins sees the
// same. Both registries are Debian's docker-registry; what the tags name in the end is told by
// skopeo and by plain HTTP, which know nothing of Hallmark.

import assert from 'node:assert/strict';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { createHash } from 'node:crypto';
import { get } from 'node:https';
import { dirname, join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { setStage, temporaryFolder } from '../stage.mjs';
import { openWindow, refusals, seriousFindings, settled, shot } from '../window.mjs';
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
import { makeImage } from '../image.mjs';
import { openRegistry, run } from '../registry.mjs';

const PASSWORD = 'a password for the line';
const VERSION = '1.4.0';
const COMMAND =
  process.env.HALLMARK_COMMAND ??
  join(dirname(fileURLToPath(import.meta.url)), '../../../target/debug/hallmark');

const folder = temporaryFolder('line');
const machines = {};
let build;
let shop;
let image;
let ines;
let team;

/** A machine of its own: a screen, a keyring and a workspace's folder. */
async function machine(name) {
  const stage = await setStage();
  const home = temporaryFolder(name);
  return (machines[name] = { stage, home, env: { ...stage.env, HALLMARK_HOME: home } });
}

before(async () => {
  if (!existsSync(COMMAND)) throw new Error(`${COMMAND} is not built: cargo build -p hallmark-cli`);
  image = makeImage(folder, 'dev/ledger', VERSION);
  [build, shop] = await Promise.all([
    openRegistry(join(folder, 'build'), 'team', PASSWORD),
    openRegistry(join(folder, 'shop'), 'team', PASSWORD),
  ]);
  team = `${build.host}/team/hallmark`;
  await build.skopeo.push(image.layout, 'dev/ledger', VERSION);
  await machine('ines');
  ines = await openWindow(machines.ines.stage, { home: machines.ines.home });
});
after(async () => {
  for (const { window } of Object.values(machines)) await window?.close();
  await ines?.close();
  for (const { stage } of Object.values(machines)) await stage?.close();
  await build?.close();
  await shop?.close();
});

/** The command on a machine; gives its answer. */
async function hallmark({ env }, words, { input, json = true } = {}) {
  const { code, out, said } = await run(COMMAND, json ? ['--json', ...words] : words, {
    env,
    input,
  });
  assert.equal(code, 0, `hallmark ${words.join(' ')}: ${said}`);
  return json ? JSON.parse(out.toString()) : out.toString();
}

/** Logs a machine in to both registries. */
async function loggedIn(on) {
  for (const { host, ca } of [build, shop])
    await hallmark(on, ['login', host, '-u', 'team', '--password-stdin', '--ca', ca], {
      input: PASSWORD,
    });
}

/** First run, with a name. */
async function arrives(browser, name) {
  await fill(browser, id('first-run-name'), name);
  await click(browser, id('first-run-finish'));
  await settled(browser);
}

/** Chooses from a list of the system. */
async function choose(browser, selector, value) {
  await browser.$(selector).selectByAttribute('value', value);
  const chosen = (one, wanted) => document.querySelector(one).value === wanted;
  await sees(browser, `${selector} at ${value}`, chosen, selector, value);
}

const card = (stage) => `${id('line')} ${id(`stage-${stage}`)}`;
const places = () => [
  [build, 'dev/ledger', 'dev'],
  [build, 'qa/ledger', 'qa'],
  [shop, 'golden/ledger', 'prod'],
  [shop, 'golden/ledger', `${VERSION}-golden`],
];

describe('the team', () => {
  test('starts in the window', async () => {
    const { browser } = ines;
    await arrives(browser, 'Ines');
    await loggedIn(machines.ines);
    await go(browser, 'settings');
    await click(browser, id('settings-team-init'));
    await focused(browser, id('team-repository'));
    await type(browser, team);
    await press(browser, Key.Enter);
    await gone(browser, id('team-dialog'));
    await reads(browser, 'main', /Ines/);
    assert.equal((await hallmark(machines.ines, ['workspace', 'show'])).repository, team);
  });

  test('takes in the build machine, which has a key of its own', async () => {
    const home = temporaryFolder('ci');
    const env = { ...machines.ines.env, HALLMARK_HOME: home, HALLMARK_PASSPHRASE: 'four words' };
    machines.ci = { home, env };
    const { public_key } = await hallmark(machines.ci, ['key', 'show', '--name', 'ci']);
    const file = join(folder, 'ci.pub');
    writeFileSync(file, public_key);
    await hallmark(machines.ines, ['member', 'add', 'ci', '--key', file, '--role', 'ci']);
    await loggedIn(machines.ci);
    await hallmark(machines.ci, ['workspace', 'join', team]);
  });
});

describe('the line', () => {
  test('is laid out in the editor', async () => {
    const { browser } = ines;
    await go(browser, 'pipelines');
    await click(browser, id('pipelines-edit'));
    await click(browser, id('pipeline-add'));
    await fill(browser, id('pipeline-repositories'), `${build.host}/dev/*`);
    await fill(browser, id('stage-target-1'), `${build.host}/qa/{name}`);
    await fill(browser, id('stage-target-2'), `${shop.host}/golden/{name}`);
    await fill(browser, id('stage-tags-2'), '{version}-golden prod');
    await choose(browser, id('stage-after-2'), 'qa');
    await sees(
      browser,
      'what it does, with golden after qa',
      (host) =>
        [...document.querySelectorAll('[data-testid="preview"]')].some(({ textContent }) =>
          textContent.includes(host),
        ),
      shop.host,
    );
    assert.deepEqual(await seriousFindings(browser), []);
    await shot(ines, 'line-editor');
  });

  test('is in force once it is saved, for the command too', async () => {
    const { browser } = ines;
    await click(browser, id('editor-save'));
    await reads(browser, id('save-dialog'), /golden\/\{name\}/);
    await press(browser, Key.Ctrl, Key.Enter);
    await gone(browser, id('pipelines-editor'));
    const written = await hallmark(machines.ines, ['pipelines', 'show']);
    assert.match(JSON.stringify(written), /\{version\}-golden/);
  });
});

/** Approves, or moves the tags of what needs no approval, in the review that is open. */
async function movesOn(browser, stage, why) {
  await attribute(browser, `${id('review-digest')}[data-digest="${image.digest}"]`, 'data-digest');
  const main = `${id('approve')}:not(:disabled), ${id('promote')}:not(:disabled)`;
  await browser.$(main).waitForExist({ timeout: 20_000 });
  if ((await count(browser, id('decision-message'))) > 0)
    await fill(browser, id('decision-message'), why);
  await click(browser, main);
  await reads(browser, id('approve-dialog'), /golden|qa|dev/);
  await shot(ines, `line-to-${stage}`);
  await click(browser, id('confirm-approve'));
  await reads(browser, id('standing'), new RegExp(`Promoted to ${stage}`));
  await gone(browser, id('approve-dialog'));
}

/** Opens a card's menu and takes what it offers. */
async function takes(browser, stage, item) {
  await click(browser, `${card(stage)} ${id('card-menu')}`);
  await click(browser, id(item));
}

describe('an image goes up', () => {
  test('to dev and to qa, as the build machine asked', async () => {
    const { browser } = ines;
    const tagged = `${build.host}/dev/ledger:${VERSION}`;
    await hallmark(machines.ci, ['evidence', 'attach', tagged, ...image.reports]);
    await hallmark(machines.ci, ['request', tagged, '--stage', 'dev', '-m', 'built on main']);
    await go(browser, 'review');
    await press(browser, Key.F5);
    await openFromList(browser, image.digest);
    await movesOn(browser, 'dev', 'it starts');
    await hallmark(machines.ci, ['request', tagged, '--stage', 'qa', '-m', 'every test passes']);
    await go(browser, 'pipelines');
    await press(browser, Key.F5);
    await reads(browser, card('dev'), new RegExp(VERSION));
    await reads(browser, card('qa'), /1 image waits/);
    await takes(browser, 'qa', 'card-review-waiting');
    await movesOn(browser, 'qa', 'the sums are right');
  });

  test('to golden on the other registry, from its card', async () => {
    const { browser } = ines;
    await go(browser, 'pipelines');
    await reads(browser, card('qa'), new RegExp(VERSION));
    await takes(browser, 'qa', 'card-promote');
    await movesOn(browser, 'golden', 'we answer for this one');
    await go(browser, 'pipelines');
    await reads(browser, card('golden'), new RegExp(`◆ ?golden.*${VERSION}.*by Ines`));
    assert.deepEqual(await seriousFindings(browser), []);
    await shot(ines, 'line-golden');
  });

  test('and every tag of the three repositories names the very same bytes', async () => {
    for (const [registry, repository, tag] of places()) {
      const named = `${repository}:${tag}`;
      assert.equal(await registry.skopeo.digest(repository, tag), image.digest, named);
      assert.equal(await fetched(registry, repository, tag), image.digest, named);
      const shown = await hallmark(machines.ines, ['inspect', `${registry.host}/${named}`]);
      assert.equal(shown.digest, image.digest, named);
    }
  });

  test('and anybody with the team’s keys can tell that it is golden', async () => {
    const golden = `${shop.host}/golden/ledger:prod`;
    const said = await hallmark(machines.ci, ['verify', golden, '--stage', 'golden']);
    assert.equal(said.digest, image.digest);
    assert.deepEqual(said.approved_by, ['Ines']);
  });
});

/** The digest of a manifest as plain HTTP gives it, hashed from what came. */
function fetched({ host, ca }, repository, tag) {
  const headers = { accept: 'application/vnd.oci.image.manifest.v1+json' };
  const options = { ca: readFileSync(ca), auth: `team:${PASSWORD}`, headers };
  return new Promise((resolve, reject) => {
    const asked = get(`https://${host}/v2/${repository}/manifests/${tag}`, options, (reply) => {
      const hash = createHash('sha256');
      reply.on('data', (piece) => hash.update(piece)).once('error', reject);
      reply.once('end', () => {
        if (reply.statusCode !== 200) return reject(new Error(`${tag}: ${reply.statusCode}`));
        resolve(`sha256:${hash.digest('hex')}`);
      });
    });
    asked.once('error', reject);
  });
}

describe('a second machine', () => {
  let browser;

  before(async () => {
    const lena = await machine('lena');
    lena.window = await openWindow(lena.stage, { home: lena.home, theme: 'dark' });
    ({ browser } = lena.window);
    await arrives(browser, 'Lena');
    await loggedIn(lena);
  });

  test('joins the team', async () => {
    await go(browser, 'settings');
    await click(browser, id('settings-team-join'));
    await focused(browser, id('team-repository'));
    await type(browser, team);
    await press(browser, Key.Enter);
    await gone(browser, id('team-dialog'));
    await reads(browser, 'main', /Ines/);
  });

  test('sees the line as it was laid out', async () => {
    await go(browser, 'pipelines');
    await click(browser, id('pipelines-edit'));
    const value = (testid) => browser.$(id(testid)).getValue();
    await browser.$(id('stage-target-2')).waitForExist({ timeout: 20_000 });
    assert.equal(await value('pipeline-repositories'), `${build.host}/dev/*`);
    assert.equal(await value('stage-target-1'), `${build.host}/qa/{name}`);
    assert.equal(await value('stage-target-2'), `${shop.host}/golden/{name}`);
    assert.equal(await value('stage-tags-2'), '{version}-golden, prod');
    assert.equal(await value('stage-after-2'), 'qa');
    await click(browser, id('editor-back'));
  });

  test('reads the history from the registries alone, and it holds', async () => {
    await go(browser, 'history');
    await click(browser, id('history-rebuild'));
    await sees(browser, 'the promotions of all three stages', () => {
      const rows = [...document.querySelectorAll('[data-testid^="history-row-"]')];
      const told = (stage) => rows.some(({ textContent }) => textContent.includes(`to ${stage}`));
      return ['dev', 'qa', 'golden'].every(told);
    });
    assert.equal(await count(browser, id('history-problems')), 0);
    await click(browser, id('history-verify'));
    await reads(browser, 'footer', /History \d+ entries, verified/);
  });

  test('sees what stands where, since when and by whom', async () => {
    await go(browser, 'pipelines');
    for (const stage of ['dev', 'qa', 'golden'])
      await reads(browser, card(stage), new RegExp(`${stage}.*${VERSION}.*by Ines`));
    await reads(browser, card('golden'), /◆/);
    for (const stage of ['dev', 'qa', 'golden'])
      await attribute(browser, `${card(stage)} [data-digest="${image.digest}"]`, 'data-digest');
    assert.deepEqual(await seriousFindings(browser), []);
    await shot(machines.lena.window, 'line-second-machine');
    assert.deepEqual(await refusals(browser), []);
  });
});
