// How long Hallmark's window takes to stand, beside a bare Tauri window with the same settings:
// from starting the program until its first screen is painted, in turns, so that what else the
// machine does falls on all alike.

import { existsSync, readFileSync, rmSync } from 'node:fs';
import { cpus } from 'node:os';
import { join } from 'node:path';
import { end, setStage, start, until } from '../../tests/window/stage.mjs';
import { RELEASE, ROUNDS } from './places.mjs';

export const BUILD = [
  ['npm', 'run', '--silent', '--prefix', 'ui', 'build'],
  [
    ...['cargo', 'build', '--locked', '--release', '-p', 'hallmark-desktop'],
    ...['--bin', 'hallmark-desktop', '--example', 'bare'],
  ],
];

const WINDOWS = [
  { name: 'a bare Tauri window', program: join(RELEASE, 'examples/bare'), args: [] },
  { name: 'Hallmark, a new workspace', program: join(RELEASE, 'hallmark-desktop'), args: [] },
  {
    name: 'Hallmark, the practice review',
    program: join(RELEASE, 'hallmark-desktop'),
    args: ['--practice'],
  },
];

async function once(stage, { program, args }) {
  const ready = join(stage.home, 'ready');
  const began = Date.now();
  const window = start(program, [...args, '--ready-file', ready], { env: stage.env });
  await until(program, () => existsSync(ready), { patience: 60_000, every: 5, running: window });
  const took = Number(readFileSync(ready, 'utf8')) - began;
  await end(window);
  rmSync(ready);
  return took;
}

function median(numbers) {
  const sorted = [...numbers].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  return sorted.length % 2 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
}

function table(times) {
  const rows = WINDOWS.map(({ name }, index) => {
    const all = times[index];
    return `| ${name} | ${median(all)} | ${Math.min(...all)} | ${Math.max(...all)} |`;
  });
  const head = `Start until the first screen is painted, in ms, ${ROUNDS} starts each in turns; release build, Xvfb, ${cpus().length} cores.`;
  return [head, '', '| window | median | least | most |', '|---|---:|---:|---:|', ...rows, ''].join(
    '\n',
  );
}

/** Measures, and gives the table. */
export async function run() {
  const stage = await setStage();
  try {
    const times = WINDOWS.map(() => []);
    for (const window of WINDOWS) await once(stage, window); // Caches are warm, and workspaces are there.
    for (let round = 0; round < ROUNDS; round += 1) {
      for (const [index, window] of WINDOWS.entries()) {
        times[index].push(await once(stage, window));
      }
    }
    return table(times);
  } finally {
    await stage.close();
  }
}
