// Docker in the real window: from a Dockerfile to golden without a command. The engine is a real
// dockerd, the registry Debian's docker-registry with a login and TLS, and skopeo says what came of
// it. A scanner stands in that prints a report, since none comes from a package registry.

import assert from 'node:assert/strict';
import { chmodSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { setStage, temporaryFolder } from '../stage.mjs';
import { openWindow, refusals, resize, seriousFindings, settled, shot } from '../window.mjs';
import {
  Key,
  attribute,
  click,
  count,
  fill,
  go,
  gone,
  id,
  palette,
  press,
  reads,
  sees,
} from '../desk.mjs';
import { openEngine } from '../engine.mjs';
import { openRegistry } from '../registry.mjs';

const PASSWORD = 'canary-Zk27+docker';
const DOCKERFILE = `FROM kitchen:1
LABEL org.opencontainers.image.version=1.4.0
WORKDIR /app
COPY greeting .
USER 1000:1000
CMD ["cat", "/app/greeting"]
`;
const SPEC = `name = "cart answers"
user = "not-root"
exit-code = 0
[[output]]
contains = "good morning"
`;
/** Prints a report of whatever it is asked for. */
const SCANNER = `#!/bin/sh
case "$1" in --version) echo 'Version: 0.58.1'; exit 0;; esac
for image in "$@"; do :; done
cat <<EOF
{"SchemaVersion":2,"CreatedAt":"$(date -u +%Y-%m-%dT%H:%M:%SZ)","ArtifactName":"$image",
"ArtifactType":"container_image","Metadata":{"RepoDigests":["$image"]},
"Results":[{"Target":"os","Class":"os-pkgs","Type":"debian","Vulnerabilities":[
{"VulnerabilityID":"CVE-2026-0001","PkgName":"zlib1g","InstalledVersion":"1","FixedVersion":"2","Severity":"LOW"}]}]}
EOF
`;

const folder = temporaryFolder('docker');
const context = join(folder, 'cart');
const recipe = join(folder, 'build/cart.dockerfile');
let stage;
let registry;
let engine;
let window;
let browser;
let image;
let digest;

before(async () => {
  stage = await setStage();
  mkdirSync(context);
  mkdirSync(join(folder, 'build'));
  mkdirSync(join(folder, 'tools'));
  writeFileSync(join(context, 'greeting'), 'good morning\n');
  writeFileSync(recipe, DOCKERFILE);
  writeFileSync(join(folder, 'tools/trivy'), SCANNER);
  chmodSync(join(folder, 'tools/trivy'), 0o755);
  registry = await openRegistry(join(folder, 'registry'), 'ines', PASSWORD);
  image = `${registry.host}/shop/cart:1.4.0`;
  engine = await openEngine(join(folder, 'engine'), { [registry.host]: registry.ca });
  await engine.kitchen('kitchen:1');
  const PATH = `${join(folder, 'tools')}:${process.env.PATH}`;
  window = await openWindow(stage, { env: { DOCKER_HOST: engine.address, PATH } });
  ({ browser } = window);
  await fill(browser, id('first-run-name'), 'Ines');
  await click(browser, id('first-run-finish'));
  await settled(browser);
  await go(browser, 'docker');
});
after(async () => {
  await window?.close();
  await engine?.close();
  await registry?.close();
  await stage?.close();
});

async function look(name) {
  await shot(window, `docker-${name}`);
  assert.deepEqual(await seriousFindings(browser), [], name);
}

/** Puts a text of several lines into a field, as pasting does. */
async function paste(selector, text) {
  await browser.$(selector).waitForExist({ timeout: 20_000 });
  const put = (one, given) => {
    const field = document.querySelector(one);
    field.focus();
    field.value = given;
    field.dispatchEvent(new Event('input', { bubbles: true }));
  };
  await browser.execute(put, selector, text);
}

const job = (wanted) => reads(browser, id('job-message'), wanted);

describe('from a Dockerfile to golden', () => {
  test('the engine and its images stand there', async () => {
    await reads(browser, id('engine-state'), /^Docker \d/);
    await reads(browser, id('local-count'), /1 image/);
    await look('images');
  });

  test('it is built, with the Dockerfile outside of the folder', async () => {
    await click(browser, id('docker-build-open'));
    await fill(browser, id('build-context'), context);
    await fill(browser, id('build-dockerfile'), recipe);
    await fill(browser, id('build-tags'), image);
    await reads(browser, id('build-sends'), /1 file/);
    await look('build');
    await click(browser, id('build-start'));
    await job(/Built/);
    await look('built');
    assert.match(await engine.docker(['images']), /shop\/cart\s+1\.4\.0/);
  });

  test('its push asks for the login that is missing, and goes on', async () => {
    await click(browser, id('made-push'));
    await reads(browser, id('push-login-0'), /on this machine, without a login/);
    await look('push');
    await click(browser, id('push-submit'));
    await reads(browser, id('target-0'), /Log in first/);
    await look('push-refused');
    await click(browser, id('push-fix-0'));
    await fill(browser, id('login-username'), 'ines');
    await fill(browser, id('login-password'), PASSWORD);
    await browser.execute(
      (one) => (document.querySelector(one).open = true),
      id('login-connection'),
    );
    await fill(browser, id('login-ca'), registry.ca);
    await click(browser, id('login-submit'));
    await job(/Pushed/);
    digest = await attribute(browser, id('pushed-digest'), 'data-digest');
    assert.equal(digest, await registry.skopeo.digest('shop/cart', '1.4.0'));
    await look('pushed');
  });

  test('it is smoke-tested, and the signed result is attached', async () => {
    await go(browser, 'docker');
    await click(browser, id('tab-images'));
    await click(browser, id(`local-${image}`));
    await reads(browser, id('local-title'), /cart/);
    await look('image');
    await click(browser, id('local-smoke'));
    await paste(id('smoke-spec'), SPEC);
    await reads(browser, id('smoke-checks'), /good morning/);
    await look('smoke');
    await click(browser, id('smoke-submit'));
    await reads(browser, id('cases-summary'), /3/);
    await reads(browser, id('smoke-attached'), /attached/i);
    await look('smoked');
    assert.equal((await engine.docker(['ps', '-aq'])).trim(), '');
  });

  test('it is scanned', async () => {
    await click(browser, id('tab-images'));
    await click(browser, id(`local-${image}`));
    await click(browser, id('local-scan'));
    await reads(browser, id('scan-submit'), /Scan and attach/);
    await look('scan');
    await click(browser, id('scan-submit'));
    await reads(browser, id('scan-attached'), /\S/);
    await look('scanned');
  });

  test('review is asked for, and it goes golden', async () => {
    await click(browser, id('tab-images'));
    await click(browser, id(`local-${image}`));
    await click(browser, id('local-request'));
    await fill(browser, id('request-message'), 'goes out on Monday');
    await click(browser, id('request-submit'));
    await gone(browser, id('request-dialog'));
    await go(browser, 'review');
    await press(browser, Key.F5);
    await click(browser, id(`candidate-${digest.slice(7, 19)}`));
    await attribute(browser, `${id('review-digest')}[data-digest="${digest}"]`, 'data-digest');
    await browser.$(`${id('approve')}:not(:disabled)`).waitForExist({ timeout: 20_000 });
    await fill(browser, id('decision-message'), 'looked at all of it');
    await click(browser, id('approve'));
    await reads(browser, id('approve-dialog'), /golden/);
    await click(browser, id('confirm-approve'));
    await reads(browser, id('standing'), /Promoted to golden/);
    assert.equal(await registry.skopeo.digest('shop/cart', 'golden'), digest);
  });

  test('its health is told', async () => {
    await go(browser, 'docker');
    await click(browser, id('tab-health'));
    await reads(browser, id('health-message'), /1 golden image; each would pass/);
    await look('health');
  });
});

describe('what goes wrong', () => {
  test('a step that fails is shown with its line, and a build that hangs is stopped', async () => {
    writeFileSync(recipe, 'FROM kitchen:1\nRUN echo nonsense >&2; exit 3\n');
    await click(browser, id('tab-build'));
    // This daemon has no bridge.
    await browser.$(id('build-network')).selectByAttribute('value', 'none');
    await click(browser, id('build-start'));
    await reads(browser, id('job-line-text'), /RUN echo nonsense/);
    await reads(browser, id('log'), /nonsense/);
    await look('failed');
    writeFileSync(recipe, 'FROM kitchen:1\nRUN sleep 600\n');
    await click(browser, id('tab-build'));
    await click(browser, id('build-start'));
    await sees(browser, 'the step runs', () =>
      [...document.querySelectorAll('[data-testid^="step-"]')].some((one) =>
        one.textContent.includes('sleep 600'),
      ),
    );
    await shot(window, 'docker-hanging');
    await click(browser, id('job-cancel'));
    await job(/stopped|cancelled/i);
    assert.equal((await engine.docker(['ps', '-q'])).trim(), '');
  });

  test('an engine that is killed is told within two seconds, and found again', async () => {
    await engine.kill();
    const began = Date.now();
    await reads(browser, id('engine-state'), /^No Docker Engine/);
    assert.ok(Date.now() - began < 2000, `${Date.now() - began} ms`);
    await look('missing');
    await engine.again();
    await reads(browser, id('engine-state'), /^Docker \d/);
  });

  test('nothing is lost in the dark and in a narrow window, and nothing asked for what is refused', async () => {
    assert.match(JSON.stringify(await palette(browser, 'appearance: dark')), /dark/);
    await press(browser, Key.Enter);
    await sees(browser, 'dark', () => document.documentElement.dataset.theme === 'dark');
    for (const part of ['images', 'build', 'jobs', 'health']) {
      await click(browser, id(`tab-${part}`));
      await settled(browser);
      await look(`dark-${part}`);
    }
    await resize(browser, 900, 800);
    for (const part of ['images', 'build', 'jobs', 'health']) {
      await click(browser, id(`tab-${part}`));
      await settled(browser);
      await look(`narrow-${part}`);
      const wide = () => document.documentElement.scrollWidth > innerWidth;
      assert.equal(await browser.execute(wide), false, part);
    }
    assert.deepEqual(await refusals(browser), []);
  });
});
