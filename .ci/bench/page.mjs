// How the window bears an image with 100,000 findings and 200,000 tests: how soon the first rows
// stand, how evenly a list of them scrolls beside a plain list in a bare Tauri window, and what the
// page weighs before, on it and after it.

import { join } from 'node:path';
import { cpus } from 'node:os';
import { setTimeout as pause } from 'node:timers/promises';
import { openCompany } from '../../tests/window/company.mjs';
import { attribute, click, count, go, id } from '../../tests/window/desk.mjs';
import { openWindow, settled } from '../../tests/window/window.mjs';
import { largeImage } from './large.mjs';
import { RELEASE } from './places.mjs';
import { memoryOf } from './memory.mjs';
import { firstRows, plainList, scrollFrames } from './scroll.mjs';

export const BUILD = [
  ['npm', 'run', '--silent', '--prefix', 'ui', 'build'],
  [
    ...['cargo', 'build', '--locked', '--release', '-p', 'hallmark-desktop', '-p', 'hallmark-cli'],
    ...['--bins', '--example', 'bare'],
  ],
];

const REPOSITORY = 'payments/ledger';
const SIZES = { findings: 100_000, tests: 200_000 };
const MOST = { first: 200, frame: 33, rows: 60 };
const ROUNDS = 5;
/** How long the page is given to let go of what it held. */
const AFTER = 15_000;
const LISTS = [
  { name: `${SIZES.findings.toLocaleString('en')} findings`, tab: 'vulnerabilities' },
  { name: `${SIZES.tests.toLocaleString('en')} tests`, tab: 'tests' },
];
const GRID = '[role="tabpanel"] [role="grid"]';

async function bareFrames(stage) {
  const window = await openWindow(stage, { program: join(RELEASE, 'examples/bare') });
  try {
    await window.browser.execute(plainList);
    return await window.browser.executeAsync(scrollFrames, '#list', '.line');
  } finally {
    await window.close();
  }
}

/** Opens a list some times and scrolls it; leaves it open. */
async function measure(browser, { name, tab }) {
  const times = [];
  for (let round = 0; round < ROUNDS; round += 1) {
    await click(browser, id('tab-evidence'));
    await settled(browser);
    times.push(await browser.executeAsync(firstRows, id(`tab-${tab}`), GRID));
  }
  const scroll = await browser.executeAsync(scrollFrames, GRID, '.line');
  return { name, first: times[0], slowest: Math.max(...times), median: middle(times), ...scroll };
}

const sorted = (numbers) => [...numbers].sort((a, b) => a - b);
const middle = (numbers) => sorted(numbers)[numbers.length >> 1];
const p95 = (numbers) => sorted(numbers)[Math.floor(numbers.length * 0.95)];
const round = (number) => Math.round(number * 10) / 10;

async function measureWindow(company, image) {
  const program = join(RELEASE, 'hallmark-desktop');
  const window = await openWindow(company.stage, { program, home: company.home });
  const { browser, driver } = window;
  try {
    const began = Date.now();
    await settled(browser, 300_000);
    await attribute(
      browser,
      `${id('review-digest')}[data-digest="${image.digest}"]`,
      'data-digest',
    );
    const opened = Date.now() - began;
    const memory = { before: memoryOf(driver) };
    const lists = [];
    for (const list of LISTS) lists.push(await measure(browser, list));
    memory.on = memoryOf(driver);
    await go(browser, 'settings');
    await pause(AFTER);
    memory.after = memoryOf(driver);
    if ((await count(browser, GRID)) > 0) throw new Error('the list was not left');
    return { opened, memory, lists };
  } finally {
    await window.close();
  }
}

function table({ opened, memory, lists }, bare) {
  const most = (name, unit) => `at most ${MOST[name]}${unit}`;
  const list = (one) =>
    `| ${one.name} | ${round(one.first)} | ${round(one.median)} | ${round(one.slowest)} | ${round(p95(one.frames))} | ${round(Math.max(...one.frames))} | ${one.rows} |`;
  const plain = `| a plain list in a bare Tauri window | | | | ${round(p95(bare.frames))} | ${round(Math.max(...bare.frames))} | ${bare.rows} |`;
  const weight = (name, of) =>
    `| ${name} | ${Math.round(of(memory.before))} | ${Math.round(of(memory.on))} | ${Math.round(of(memory.after))} |`;
  return [
    `In the real window, release build, Xvfb, ${cpus().length} cores; each list opened ${ROUNDS} times, then scrolled for five seconds. The review stood ${round(opened / 1000)} s after the window.`,
    '',
    '| list | first rows, first time, ms | median | slowest | frame while scrolling, p95, ms | slowest | rows in the document |',
    '|---|---:|---:|---:|---:|---:|---:|',
    ...lists.map(list),
    plain,
    `| wanted | ${most('first', '')} | | | ${most('frame', '')} | | ${most('rows', '')} |`,
    '',
    `| memory, MiB | before the lists | on them | ${AFTER / 1000} s after leaving the review |`,
    '|---|---:|---:|---:|',
    weight('the page (web process)', ({ page }) => page),
    weight('the program', ({ program }) => program),
    '',
  ].join('\n');
}

/** Measures, and gives the table. */
export async function run() {
  const company = await openCompany('Ines', { command: join(RELEASE, 'hallmark') });
  try {
    const image = largeImage(company.folder, REPOSITORY, SIZES);
    await company.publish(image, REPOSITORY, 'a large one');
    const bare = await bareFrames(company.stage);
    return table(await measureWindow(company, image), bare);
  } finally {
    await company.close();
  }
}
