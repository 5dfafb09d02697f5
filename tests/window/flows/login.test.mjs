// “Log in to registry” in the real window: the kinds by keyboard, six failures that read
// differently and keep what was typed, rights told apart, and what the card says afterwards. The
// registries are small servers of this test's on the loopback, and one docker-registry with TLS.

import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer } from 'node:http';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { setStage, temporaryFolder } from '../stage.mjs';
import { openWindow, refusals, resize, seriousFindings, settled, shot } from '../window.mjs';
import { Key, click, fill, focused, go, gone, id, press, reads, type } from '../desk.mjs';
import { authority, openRegistry } from '../registry.mjs';

const PASSWORD = 'canary-Vw81+login';
const BASIC = `Basic ${Buffer.from(`ines:${PASSWORD}`).toString('base64')}`;

let stage;
let window;
let browser;
let company;
let other;
const servers = [];
const folder = temporaryFolder('login');

/** A registry on the loopback whose every answer is this function's. */
async function registry(answer) {
  const server = createServer((request, response) => {
    const { status, headers = {}, body = '' } = answer(request);
    request.resume();
    response.writeHead(status, headers).end(body);
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  servers.push(server);
  return `127.0.0.1:${server.address().port}`;
}

const challenge = { status: 401, headers: { 'WWW-Authenticate': 'Basic realm="r"' } };

/** Lets ines in, who may read and not write. */
const readOnly = ({ method, headers }) => {
  if (headers.authorization !== BASIC) return challenge;
  return method === 'POST' ? { status: 403 } : { status: 200, body: '{"tags":["1.0"]}' };
};

const limited = () => ({ status: 429, headers: { 'Retry-After': '3600' } });

const expired = ({ headers }) => {
  if (!headers.authorization) return challenge;
  const message = 'Your authorization token has expired. Reauthenticate and try again.';
  return { status: 403, body: JSON.stringify({ errors: [{ code: 'DENIED', message }] }) };
};

before(async () => {
  stage = await setStage();
  company = await openRegistry(join(folder, 'registry'), 'ines', PASSWORD);
  other = await authority(join(folder, 'somebody'), 'Somebody else');
  window = await openWindow(stage);
  ({ browser } = window);
  await click(browser, id('first-run-finish'));
  await fill(browser, id('first-run-name'), 'Ines');
  await click(browser, id('first-run-finish'));
  await settled(browser);
  await go(browser, 'registries');
});
after(async () => {
  await window?.close();
  await company?.close();
  for (const server of servers) server.close();
  await stage?.close();
});

async function look(name) {
  await shot(window, `login-${name}`);
  assert.deepEqual(await seriousFindings(browser), [], name);
}

describe('the kinds', () => {
  test('are found by typing, and walked by the keyboard alone', async () => {
    await click(browser, id('registry-login-open'));
    await focused(browser, id('kind-filter'));
    await look('kinds');
    await type(browser, 'har');
    await press(browser, Key.Enter);
    await reads(browser, id('login-dialog'), /Log in to Harbor/);
    await look('harbor');
    await click(browser, id('login-back'));
    await focused(browser, id('kind-filter'));
    await press(browser, Key.ArrowDown);
    await focused(browser, id('kind-hub'));
    await press(browser, Key.Enter);
    await reads(browser, id('login-fixed-host'), /^docker\.io$/);
    await look('hub');
    await click(browser, id('login-back'));
    await click(browser, id('kind-private'));
    await focused(browser, id('login-host'));
  });
});

describe('a login that fails', () => {
  const said = new Map();

  async function refused(code, host, { password = PASSWORD, ca } = {}) {
    await fill(browser, id('login-host'), host);
    await fill(browser, id('login-username'), 'ines');
    await fill(browser, id('login-password'), password);
    if (ca !== undefined) {
      await browser.execute(
        (one) => (document.querySelector(one).open = true),
        id('login-connection'),
      );
      await fill(browser, id('login-ca'), ca);
    }
    await click(browser, id('login-submit'));
    const words = await reads(browser, id(`error-${code}`));
    assert.equal(words.includes(PASSWORD), false);
    assert.equal(await browser.$(id('login-host')).getValue(), host);
    assert.equal(await browser.$(id('login-password')).getValue(), password);
    said.set(code, words);
    await look(code);
    return words;
  }

  test('names a wrong password', async () => {
    await refused('wrong-password', await registry(readOnly), { password: 'wrong' });
  });

  test('names an expired token', async () => {
    const words = await refused('token-expired', await registry(expired));
    assert.match(words, /has expired, or was taken back/);
  });

  test('names a rate limit with the time it ends', async () => {
    const words = await refused('rate-limited', await registry(limited));
    assert.match(words, /until \d{4}-\d\d-\d\d \d\d:\d\d:\d\d UTC/);
  });

  test('names a host that is not there', async () => {
    await refused('no-such-host', 'registry.invalid');
  });

  test('names a certificate that is not trusted', async () => {
    await refused('tls-untrusted', company.host, { ca: other });
  });

  test('reads differently each time', () => {
    assert.equal(said.size, 5);
    assert.equal(new Set(said.values()).size, 5);
  });
});

describe('a login that works', () => {
  test('is kept though it may not push, and the card says so', async () => {
    const host = await registry(readOnly);
    await fill(browser, id('login-ca'), '');
    await fill(browser, id('login-host'), host);
    await fill(browser, id('login-password'), PASSWORD);
    await fill(browser, id('login-repository'), 'team/app');
    await click(browser, id('login-submit'));
    await gone(browser, id('login-dialog'));
    await reads(browser, id(`registry-rights-${host}`), /may pull: yes, may push: no/);
    await look('no-push-right');
  });

  test('over TLS says which certificate, and can be handed to Docker', async () => {
    await click(browser, id('registry-login-open'));
    await focused(browser, id('kind-filter'));
    await type(browser, company.host);
    await press(browser, Key.Enter);
    await focused(browser, id('login-username'));
    await type(browser, 'ines');
    await fill(browser, id('login-password'), PASSWORD);
    await click(browser, id('login-advanced'));
    await fill(browser, id('login-ca'), company.ca);
    await click(browser, id('login-submit'));
    await gone(browser, id('login-dialog'));
    const words =
      /TLS 1\.3 with the certificate of registry, made by Payments internal CA, valid until/;
    await reads(browser, id(`registry-connection-${company.host}`), words);
    await look('card');
    await click(browser, id(`registry-hand-over-${company.host}`));
    await reads(browser, id('hand-over-dialog'), /docker push/);
    await look('hand-over');
    await press(browser, Key.Escape);
    await gone(browser, id('hand-over-dialog'));
  });

  test('fits a narrow window', async () => {
    await resize(browser, 900, 800);
    await look('card-900');
    await click(browser, id('registry-login-open'));
    await focused(browser, id('kind-filter'));
    await look('kinds-900');
    await press(browser, Key.Escape);
    await gone(browser, id('login-dialog'));
    await click(browser, id('registry-import-open'));
    await reads(browser, id('import-nothing'));
    await look('import-900');
    await press(browser, Key.Escape);
    await resize(browser, 1280, 800);
    assert.deepEqual(await refusals(browser), []);
  });
});
