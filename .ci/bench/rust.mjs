// A part of the bench that is a Rust program: an example of `tests/flows` that measures the
// release build of the `hallmark` command and prints its table.

import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { RELEASE, ROOT } from './places.mjs';

const RELEASE_BUILD = ['cargo', 'build', '--locked', '--release'];

/** The part whose example has that name. */
export function rust(example) {
  return {
    BUILD: [
      [...RELEASE_BUILD, '-p', 'hallmark-cli'],
      [...RELEASE_BUILD, '-p', 'hallmark-flows', '--example', example],
    ],
    async run() {
      const measured = spawnSync(join(RELEASE, 'examples', example), {
        cwd: ROOT,
        encoding: 'utf8',
        env: { ...process.env, HALLMARK_PROGRAM: join(RELEASE, 'hallmark') },
        stdio: ['ignore', 'pipe', 'inherit'],
      });
      if (measured.status !== 0) throw new Error(`${example} ended with ${measured.status}`);
      return measured.stdout;
    },
  };
}
