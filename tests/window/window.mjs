// Hallmark's real window, driven through WebKitWebDriver: opened on a stage, with a workspace of
// its own; looked at by screenshot and by axe. It never talks to the program but as a person
// would, and as the page's own script would.

import { closeSync, existsSync, mkdirSync, openSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { fileURLToPath } from 'node:url';
import { dirname, join } from 'node:path';
import { remote } from 'webdriverio';
import {
  end,
  freePort,
  photograph,
  removeFolder,
  start,
  temporaryFolder,
  until,
} from './stage.mjs';

const HERE = dirname(fileURLToPath(import.meta.url));
const AXE = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');

/** The program under test: HALLMARK_DESKTOP, or the one that cargo built for tests. */
export const PROGRAM =
  process.env.HALLMARK_DESKTOP ?? join(HERE, '../../target/debug/hallmark-desktop');

/** Where screenshots go; never part of the repository. */
export const SHOTS = process.env.HALLMARK_SHOTS ?? join(HERE, 'shots');

/**
 * Opens the window. `args` are the program's own; `home` is its workspace, a new empty one unless
 * named; `theme` is "light" or "dark", as the desktop's setting; `env` is added to the stage's;
 * `program` is another one to open. Gives `browser` (webdriverio), `home`, `said` (what the program
 * wrote to its terminal so far), `driver` (the process that started it) and `close`.
 */
export async function openWindow(stage, wanted = {}) {
  const { args = [], home, theme = 'light', env = {}, program = PROGRAM } = wanted;
  if (!existsSync(program))
    throw new Error(`${program} is not built: cargo build -p hallmark-desktop`);
  const own = home === undefined ? temporaryFolder('home') : null;
  const port = await freePort();
  const papers = temporaryFolder('said');
  const terminal = join(papers, 'terminal');
  const said = () => readFileSync(terminal, 'utf8');
  const file = openSync(terminal, 'a');
  const driver = start('WebKitWebDriver', [`--port=${port}`, '--host=127.0.0.1'], {
    env: { ...stage.env, ...surroundings(theme, home ?? own), ...env },
    stdio: ['ignore', file, file],
  });
  closeSync(file);
  let browser;
  const close = async () => {
    await browser?.deleteSession().catch(() => {});
    await end(driver);
    if (process.env.HALLMARK_TEST_LOUD) process.stderr.write(said());
    removeFolder(papers);
    if (own) removeFolder(own);
  };
  try {
    await until('WebKitWebDriver', () => answers(port), { running: driver });
    browser = await remote(capabilities(port, program, args));
    await browser.setTimeout({ script: 60_000 });
    await browser.execute(listenForRefusals);
    return { browser, stage, home: home ?? own, said, driver: driver.child.pid, close };
  } catch (error) {
    await close();
    throw error;
  }
}

function surroundings(theme, home) {
  return {
    HALLMARK_HOME: home,
    GTK_THEME: theme === 'dark' ? 'Adwaita:dark' : 'Adwaita',
    TAURI_WEBVIEW_AUTOMATION: 'true',
    TAURI_AUTOMATION: 'true',
  };
}

function capabilities(port, program, args) {
  return {
    hostname: '127.0.0.1',
    port,
    logLevel: process.env.HALLMARK_TEST_LOUD ? 'info' : 'error',
    connectionRetryCount: 0,
    capabilities: {
      'wdio:enforceWebDriverClassic': true,
      'webkitgtk:browserOptions': { binary: program, args },
    },
  };
}

/** Runs in the page. */
function listenForRefusals() {
  window.refusals = [];
  document.addEventListener(
    'securitypolicyviolation',
    ({ violatedDirective, blockedURI, sample }) =>
      window.refusals.push(`${violatedDirective}: ${blockedURI || 'inline'} ${sample}`.trim()),
  );
}

/** What the page asked for since it opened and its content policy refused. */
export async function refusals(browser) {
  return browser.execute(() => window.refusals);
}

async function answers(port) {
  return fetch(`http://127.0.0.1:${port}/status`).then(
    (reply) => reply.ok,
    () => false,
  );
}

/** Waits until the screen stands: `main` has words and nothing in it is still busy. */
export async function settled(browser, patience = 30_000) {
  const standing = () => {
    const main = document.querySelector('main');
    return Boolean(main?.innerText.trim()) && !document.querySelector('[aria-busy="true"]');
  };
  await browser.waitUntil(() => browser.execute(standing), {
    timeout: patience,
    timeoutMsg: 'the screen does not settle',
  });
}

/** Sets the page's size in CSS pixels; the stage's screen must be large enough. */
export async function resize(browser, width, height) {
  await browser.setWindowSize(width, height);
  await browser.waitUntil(() => browser.execute((w) => window.innerWidth === w, width), {
    timeout: 5000,
    timeoutMsg: `the window does not become ${width} wide`,
  });
}

/** Zooms the page as Ctrl and + do: 2 is 200 %. */
export async function zoom(browser, factor) {
  const before = await browser.execute(() => window.innerWidth);
  await browser.executeAsync((value, done) => {
    const call = window.__TAURI_INTERNALS__.invoke('plugin:webview|set_webview_zoom', { value });
    call.then(() => done(), done);
  }, factor);
  await browser.waitUntil(async () => (await browser.execute(() => window.innerWidth)) !== before, {
    timeout: 5000,
    timeoutMsg: `the page does not zoom to ${factor}`,
  });
}

/**
 * Saves what the stage's screen shows of the window as `<name>.png` and gives the file's path.
 * It is taken from the screen: WebKitWebDriver's own screenshots hang on a zoomed page.
 */
export async function shot({ browser, stage }, name) {
  mkdirSync(SHOTS, { recursive: true });
  const file = join(SHOTS, `${name}.png`);
  await painted(browser);
  const [width, height, left, top] = await browser.execute(() => [
    outerWidth,
    outerHeight,
    screenX,
    screenY,
  ]);
  await photograph(stage.env, file, `${width}x${height}+${left}+${top}`);
  return file;
}

/** Waits until what fades in or out has done so, and two frames were drawn. */
async function painted(browser) {
  await browser.executeAsync((done) => {
    const passing = document
      .getAnimations()
      .filter((one) => one.effect?.getComputedTiming().endTime !== Infinity);
    Promise.allSettled(passing.map((one) => one.finished)).then(() =>
      requestAnimationFrame(() => requestAnimationFrame(() => done())),
    );
  });
}

/** What axe finds on the screen that is serious or critical, one line each. */
export async function seriousFindings(browser, within = 'body') {
  if (!(await browser.execute(() => Boolean(window.axe)))) await browser.execute(AXE);
  const found = await browser.executeAsync((scope, done) => {
    const tags = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa'];
    window.axe.run(scope, { runOnly: tags, resultTypes: ['violations'] }).then(
      ({ violations }) => done(violations),
      (error) => done([{ impact: 'critical', id: 'axe', help: String(error), nodes: [] }]),
    );
  }, within);
  return found
    .filter(({ impact }) => impact === 'serious' || impact === 'critical')
    .map(
      ({ id, help, nodes }) =>
        `${id}: ${help} (${nodes.map((node) => node.target.join(' ')).join(', ')})`,
    );
}
