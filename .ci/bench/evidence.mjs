// How long a large Trivy report takes to read and how much memory that needs beside the report,
// beside serde_json that scans the same bytes into borrowed structs.

import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { RELEASE, ROOT } from './places.mjs';

const MOST = { ratio: 1.7, mebibytes: 16 };

export const BUILD = [
  ['cargo', 'build', '--locked', '--release', '-p', 'hallmark-evidence', '--example', 'reading'],
];

/** Measures, and gives the table. */
export async function run() {
  const measured = spawnSync(join(RELEASE, 'examples/reading'), ['110'], {
    cwd: ROOT,
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  if (measured.status !== 0) throw new Error(`reading ended with ${measured.status}`);
  const read = JSON.parse(measured.stdout);
  if (!read.same) throw new Error('Hallmark and serde_json see different findings');
  const mebibytes = read.memory_kib === null ? null : read.memory_kib / 1024;
  const megabytes = Math.round(read.bytes / 1e6);
  return [
    `A Trivy report of ${megabytes} MB with ${read.findings} findings; the fastest of seven runs each, in one process.`,
    '',
    '| reading | ms | ratio | MiB over the report |',
    '|---|---:|---:|---:|',
    `| serde_json, borrowed structs | ${read.serde_json_ms} | 1 | |`,
    `| Hallmark | ${read.hallmark_ms} | ${read.ratio} (at most ${MOST.ratio}) | ${mebibytes?.toFixed(1) ?? 'not known'} (at most ${MOST.mebibytes}) |`,
    '',
  ].join('\n');
}
