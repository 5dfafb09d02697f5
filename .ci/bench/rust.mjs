// A part of the bench that is a Rust program: an example of `tests/flows`, or of another member,
// that prints its table; where it measures the `hallmark` command, its release build.

import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { RELEASE, ROOT } from './places.mjs';

const RELEASE_BUILD = ['cargo', 'build', '--locked', '--release'];

/** The part whose example has that name, in that member of the workspace. */
export function rust(example, member = 'hallmark-flows') {
  return {
    BUILD: [
      [...RELEASE_BUILD, '-p', 'hallmark-cli'],
      [...RELEASE_BUILD, '-p', member, '--example', example],
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
