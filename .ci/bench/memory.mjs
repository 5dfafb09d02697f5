// What a window's two processes weigh: the program, and the web process that draws its page. Each
// shared page of memory counts in part, as the kernel's `Pss` says.

import { readdirSync, readFileSync } from 'node:fs';

/** Of the window that this driver started, in MiB. */
export function memoryOf(driver) {
  const all = descendants(driver);
  const weigh = (name) =>
    all
      .filter((one) => one.name.startsWith(name))
      .reduce((sum, { pid }) => sum + mebibytes(pid), 0);
  return { page: weigh('WebKitWebProces'), program: weigh('hallmark-deskto') };
}

function descendants(root) {
  const all = processes();
  const found = new Set([root]);
  for (let before = 0; before < found.size;) {
    before = found.size;
    for (const { pid, parent } of all) if (found.has(parent)) found.add(pid);
  }
  return all.filter(({ pid }) => found.has(pid));
}

function processes() {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .flatMap((name) => {
      const stat = read(`/proc/${name}/stat`).match(/^(\d+) \((.*)\) \S (\d+)/s);
      return stat ? [{ pid: Number(stat[1]), name: stat[2], parent: Number(stat[3]) }] : [];
    });
}

function mebibytes(pid) {
  return Number(read(`/proc/${pid}/smaps_rollup`).match(/^Pss:\s+(\d+)/m)?.[1] ?? 0) / 1024;
}

/** A process that has ended meanwhile has nothing to read. */
function read(file) {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return '';
  }
}
