// Runs every test runner, one after the other, and adds up what they say. The last line is
// `N passed, N failed`. It fails closed: a runner that crashes, hangs, says nothing that is
// understood, or has no test, counts as a failure.

import { spawn } from 'node:child_process';
import { mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const ROOT = join(dirname(fileURLToPath(import.meta.url)), '..');
const FLOWS = join(ROOT, 'tests/flows/tests');

// Everything is built at once, with the features that tests want, so that nothing is built twice.
// What is said without running, such as the page's types, is for `make lint`.
const STEPS = [
  {
    name: 'build',
    gate: true,
    run: ['cargo', 'build', '--locked', '--workspace', '--all-targets'],
  },
  {
    name: 'rust',
    read: readCargo,
    run: ['cargo', 'test', '--locked', '--workspace', '--no-fail-fast'],
  },
  { name: 'ui', read: readVitest, run: ['npm', 'test', '--silent'], folder: 'ui' },
  { name: 'window', read: readNode, run: ['npm', 'test', '--silent'], folder: 'tests/window' },
];
const LIMIT_MINUTES = Number(process.env.HALLMARK_TEST_MINUTES ?? 30);

/** What a runner says, without the colours. */
const plain = (text) => text.replace(/\x1b\[[0-9;]*[A-Za-z]/g, '');
const sum = (numbers) => numbers.reduce((all, one) => all + Number(one), 0);
const all = (text, pattern) => [...text.matchAll(pattern)].map((match) => match[1]);

/** cargo: one `test result` line for each binary; every file of flows must have run tests. */
export function readCargo(text, flows = flowFiles()) {
  const passed = sum(all(text, /^test result: .*?(\d+) passed/gm));
  const failed = sum(all(text, /^test result: .*?(\d+) failed/gm));
  const counts = new Map();
  let file = null;
  for (const line of text.split('\n')) {
    file =
      line.match(/^\s+Running (?:unittests )?(\S+\.rs)/)?.[1] ??
      (/^\s+Doc-tests/.test(line) ? null : file);
    const count = line.match(/^test result: .*?(\d+) passed; (\d+) failed/);
    if (count && file) counts.set(file, Number(count[1]) + Number(count[2]));
  }
  const idle = flows.filter((name) => !counts.get(`tests/${name}`));
  return {
    passed,
    failed: failed + idle.length,
    notes: idle.map((name) => `no test ran in tests/flows/tests/${name}`),
  };
}

function flowFiles() {
  return readdirSync(FLOWS).filter((name) => name.endsWith('.rs'));
}

/** vitest: `Tests  1 failed | 12 passed (13)`; a file that cannot be loaded is a failure too. */
export function readVitest(text) {
  const tests = text.match(/^\s*Tests\s+(.*)$/m)?.[1] ?? '';
  const files = text.match(/^\s*Test Files\s+(.*)$/m)?.[1] ?? '';
  const failed = sum(all(tests, /(\d+) failed/g));
  const broken = sum(all(files, /(\d+) failed/g));
  return { passed: sum(all(tests, /(\d+) passed/g)), failed: failed || broken };
}

/** Node's own runner: `# pass 12`, `# fail 0`, `# cancelled 0`. */
export function readNode(text) {
  const count = (word) => sum(all(text, new RegExp(`^# ${word} (\\d+)$`, 'gm')));
  return { passed: count('pass'), failed: count('fail') + count('cancelled') };
}

/** The result of one step, from how it ended and what it said. */
export function judge(step, { code, late, text }) {
  const said = step.gate ? { passed: 0, failed: 0 } : step.read(plain(text));
  const notes = [...(said.notes ?? [])];
  let { failed } = said;
  if (late) notes.push(`did not end within ${LIMIT_MINUTES} minutes`);
  else if (code !== 0 && failed === 0) notes.push(`ended with ${code} and named no failure`);
  if (!step.gate && said.passed + said.failed === 0) notes.push('ran no test');
  if (notes.length > 0 && failed === 0) failed = 1;
  return { name: step.name, passed: said.passed, failed, notes };
}

function perform({ run: [program, ...args], folder = '.' }) {
  return new Promise((resolve) => {
    const env = { ...process.env, NO_COLOR: '1', CI: '1' };
    // Both streams in one, in the order in which they were written.
    const shell = ['-c', 'exec "$@" 2>&1', 'bash', program, ...args];
    const child = spawn('bash', shell, {
      cwd: join(ROOT, folder),
      env,
      detached: true,
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    const pieces = [];
    let late = false;
    const kill = () => {
      try {
        process.kill(-child.pid, 'SIGKILL');
      } catch {
        // It has ended by itself in the meantime.
      }
    };
    const timer = setTimeout(() => (late = true) && kill(), LIMIT_MINUTES * 60_000);
    process.once('exit', kill);
    child.stdout.on('data', (piece) => pieces.push(piece) && process.stdout.write(piece));
    child.once('error', (error) => resolve({ code: error.message, late, text: '' }));
    child.once('close', (code, signal) => {
      clearTimeout(timer);
      process.off('exit', kill);
      resolve({ code: code ?? signal, late, text: Buffer.concat(pieces).toString('utf8') });
    });
  });
}

const duration = (ms) => `${Math.floor(ms / 60_000)} min ${Math.round((ms % 60_000) / 1000)} s`;

async function main() {
  for (const signal of ['SIGINT', 'SIGTERM']) process.once(signal, () => process.exit(1));
  const results = [];
  for (const step of STEPS) {
    console.log(`\n=== ${step.name}: ${step.run.join(' ')}`);
    const began = Date.now();
    results.push({ ...judge(step, await perform(step)), took: duration(Date.now() - began) });
  }
  console.log('');
  for (const { name, passed, failed, notes, took } of results) {
    console.log(
      `${name.padEnd(10)} ${String(passed).padStart(5)} passed, ${failed} failed   ${took}`,
    );
    for (const note of notes) console.log(`           ${note}`);
  }
  const passed = sum(results.map((result) => result.passed));
  const failed = sum(results.map((result) => result.failed));
  const closing = `${passed} passed, ${failed} failed`;
  mkdirSync(join(ROOT, 'target'), { recursive: true });
  writeFileSync(join(ROOT, 'target/tests.txt'), `${closing}\n`);
  console.log(`\n${closing}`);
  process.exitCode = failed > 0 || passed === 0 ? 1 : 0;
}

if (process.argv[1] === fileURLToPath(import.meta.url)) await main();
