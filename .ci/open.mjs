// Opens the window on the practice workspace. Where there is no display it opens on one of its
// own (with a session bus and a keyring of its own), saves a screenshot, says so and ends.

import { existsSync, mkdirSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { end, photograph, setStage, start, until } from '../tests/window/stage.mjs';

const ROOT = join(dirname(fileURLToPath(import.meta.url)), '..');
const PROGRAM = join(ROOT, 'target/debug/hallmark-desktop');
const PICTURE = join(ROOT, 'target/hallmark.png');

async function onTheDisplay() {
  console.log('Opening Hallmark on the practice workspace; close the window to end.');
  const window = start(PROGRAM, ['--practice'], { env: process.env });
  await window.exit;
  return window.child.exitCode ?? 1;
}

async function onAStage() {
  console.log(
    'There is no display: opening the window on one of its own (Xvfb), with a session bus,',
  );
  console.log('a keyring and a home that last as long as it does.');
  const stage = await setStage();
  const picture = relative(process.cwd(), PICTURE);
  try {
    const ready = join(stage.home, 'ready');
    const window = start(PROGRAM, ['--practice', '--ready-file', ready], { env: stage.env });
    await until('the practice review', () => existsSync(ready), {
      patience: 90_000,
      running: window,
    }).finally(() => {
      mkdirSync(dirname(PICTURE), { recursive: true });
      return photograph(stage.env, PICTURE);
    });
    await end(window);
    console.log(`The window opened on the practice review. Its screenshot: ${picture}`);
    return 0;
  } catch (error) {
    throw new Error(`${error.message}. What the screen showed: ${picture}`);
  } finally {
    await stage.close();
  }
}

const display = process.env.DISPLAY || process.env.WAYLAND_DISPLAY || process.platform !== 'linux';
try {
  process.exitCode = await (display ? onTheDisplay() : onAStage());
} catch (error) {
  console.error(`The window did not come up. ${error.message}`);
  process.exitCode = 1;
}
