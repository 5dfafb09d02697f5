// Measures Hallmark beside others, part by part: prints a table for each and writes them all to
// target/bench.md.
//
//   node .ci/bench.mjs                 every part
//   node .ci/bench.mjs copy window     those parts

import { spawnSync } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { ROOT } from './bench/places.mjs';
import * as evidence from './bench/evidence.mjs';
import * as page from './bench/page.mjs';
import { rust } from './bench/rust.mjs';
import * as window from './bench/window.mjs';

/** A part: the commands that build what it measures, and `run`, which gives its table. */
const PARTS = {
  window,
  page,
  copy: rust('copy-bench'),
  evidence,
  find: rust('find-bench', 'hallmark-workflow'),
};

function build(commands) {
  for (const [program, ...args] of commands) {
    const { status } = spawnSync(program, args, { cwd: ROOT, stdio: 'inherit' });
    if (status !== 0) throw new Error(`${program} ${args.join(' ')} ended with ${status}`);
  }
}

const asked = process.argv.slice(2);
const unknown = asked.filter((name) => !(name in PARTS));
if (unknown.length > 0) {
  console.error(`no such part: ${unknown.join(' ')} (there are: ${Object.keys(PARTS).join(' ')})`);
  process.exit(2);
}
const names = asked.length > 0 ? asked : Object.keys(PARTS);
for (const name of names) build(PARTS[name].BUILD);
const tables = [];
for (const name of names) {
  const table = `## ${name}\n\n${await PARTS[name].run()}`;
  console.log(table);
  tables.push(table);
}
mkdirSync(join(ROOT, 'target'), { recursive: true });
writeFileSync(join(ROOT, 'target/bench.md'), tables.join('\n'));
