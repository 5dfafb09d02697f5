// A desktop of its own for one test run: a screen (Xvfb), a session bus, an unlocked Secret
// Service and an empty home. It touches nothing of the person's own session, uses Node's own
// modules only, and ends every process that it started, and no other.

import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { setTimeout as pause } from 'node:timers/promises';

const STARTED = new Set();
const FOLDERS = new Set();

/** Starts a program in a process group of its own; `end` ends the whole group. */
export function start(program, args, options = {}) {
  const child = spawn(program, args, {
    stdio: ['ignore', 'inherit', 'inherit'],
    ...options,
    detached: true,
  });
  const running = { child, program, failed: null };
  running.exit = new Promise((resolve) => {
    child.once('error', (error) => resolve((running.failed = error)));
    child.once('exit', (code, signal) =>
      resolve((running.failed = new Error(`${program} ended (${signal ?? code})`))),
    );
  });
  STARTED.add(running);
  running.exit.then(() => signal(running, 'SIGKILL')).finally(() => STARTED.delete(running));
  return running;
}

/** Ends a program and everything that it started; waits until it is gone. */
export async function end(running, patience = 5000) {
  if (!STARTED.has(running)) return;
  signal(running, 'SIGTERM');
  const late = setTimeout(() => signal(running, 'SIGKILL'), patience);
  await running.exit;
  clearTimeout(late);
}

function signal(running, name) {
  try {
    if (running.child.pid) process.kill(-running.child.pid, name);
  } catch (error) {
    if (error.code !== 'ESRCH') throw error;
  }
}

// Whatever way this run ends, nothing of it stays behind.
process.once('exit', () => {
  for (const running of STARTED) signal(running, 'SIGKILL');
  for (const folder of FOLDERS) rmSync(folder, { recursive: true, force: true });
});
for (const name of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.once(name, () => process.exit(1));

/** An empty folder that is removed at the end. */
export function temporaryFolder(name) {
  const folder = mkdtempSync(join(tmpdir(), `hallmark-${name}-`));
  FOLDERS.add(folder);
  return folder;
}

export function removeFolder(folder) {
  rmSync(folder, { recursive: true, force: true, maxRetries: 5, retryDelay: 100 });
  FOLDERS.delete(folder);
}

/** Asks again and again until the answer is true; fails with `what` when patience ends. */
export async function until(what, answer, { patience = 20_000, every = 50, running } = {}) {
  const last = Date.now() + patience;
  for (;;) {
    const found = await answer();
    if (found) return found;
    if (running?.failed) throw new Error(`${what}: ${running.failed.message}`);
    if (Date.now() > last) throw new Error(`${what}: not within ${patience / 1000} s`);
    await pause(every);
  }
}

/** A port of the loopback that is free now. */
export async function freePort() {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address();
  server.close();
  await once(server, 'close');
  return port;
}

/** The first line that a program writes to its file descriptor 3: an address or a number. */
async function announced(running, patience = 20_000) {
  const lines = createInterface({ input: running.child.stdio[3] });
  const waiting = new AbortController();
  const { signal } = waiting;
  const line = once(lines, 'line', { signal }).then(([text]) => text);
  const late = pause(patience, null, { signal }).then(() => {
    throw new Error(`${running.program} does not answer`);
  });
  const gone = running.exit.then((error) => Promise.reject(error));
  for (const one of [line, late, gone]) one.catch(() => {});
  return Promise.race([line, late, gone]).finally(() => waiting.abort());
}

const QUIET = process.env.HALLMARK_TEST_LOUD ? 'inherit' : 'ignore';

/**
 * Sets the stage. `width` and `height` are the screen's, in pixels; `keyring` says whether there
 * is a Secret Service. Gives `env`, with which programs run on it, and `close`.
 */
export async function setStage({ width = 1280, height = 800, keyring = true } = {}) {
  const home = temporaryFolder('stage');
  const env = privateEnvironment(home);
  const running = [];
  const close = async () => {
    for (const one of running.reverse()) await end(one);
    removeFolder(home);
  };
  try {
    await openScreen(running, env, width, height);
    await openBus(running, env);
    if (keyring) await openKeyring(running, env);
    return { env, home, close };
  } catch (error) {
    await close();
    throw error;
  }
}

function privateEnvironment(home) {
  const folder = (name) => {
    const path = join(home, name);
    mkdirSync(path, { mode: 0o700, recursive: true });
    return path;
  };
  const { PATH, LANG, HALLMARK_TEST_LOUD, RUST_LOG, RUST_BACKTRACE } = process.env;
  const kept = { PATH, LANG: LANG ?? 'C.UTF-8', HALLMARK_TEST_LOUD, RUST_LOG, RUST_BACKTRACE };
  return {
    ...Object.fromEntries(Object.entries(kept).filter(([, value]) => value !== undefined)),
    HOME: folder('home'),
    TMPDIR: folder('tmp'),
    XDG_RUNTIME_DIR: folder('run'),
    XDG_CONFIG_HOME: folder('home/.config'),
    XDG_DATA_HOME: folder('home/.local/share'),
    XDG_CACHE_HOME: folder('home/.cache'),
    XDG_SESSION_TYPE: 'x11',
    GDK_BACKEND: 'x11',
    LIBGL_ALWAYS_SOFTWARE: '1',
    // The accessibility bus is a service of a whole desktop; axe reads the page itself.
    NO_AT_BRIDGE: '1',
    GTK_A11Y: 'none',
    GIO_USE_VFS: 'local',
    GSETTINGS_BACKEND: 'memory',
    WEBKIT_DISABLE_DMABUF_RENDERER: '1',
  };
}

async function openScreen(running, env, width, height) {
  const args = [
    '-displayfd',
    '3',
    '-screen',
    '0',
    `${width}x${height}x24`,
    '-nolisten',
    'tcp',
    '-dpi',
    '96',
  ];
  const screen = start('Xvfb', args, { env, stdio: ['ignore', QUIET, QUIET, 'pipe'] });
  running.push(screen);
  env.DISPLAY = `:${await announced(screen)}`;
}

async function openBus(running, env) {
  const args = ['--session', '--nofork', '--nopidfile', '--print-address=3'];
  const bus = start('dbus-daemon', args, { env, stdio: ['ignore', QUIET, QUIET, 'pipe'] });
  running.push(bus);
  env.DBUS_SESSION_BUS_ADDRESS = await announced(bus);
}

async function openKeyring(running, env) {
  const args = ['--unlock', '--foreground', '--components=secrets'];
  const keyring = start('gnome-keyring-daemon', args, { env, stdio: ['pipe', QUIET, QUIET] });
  running.push(keyring);
  keyring.child.stdin.end('a password for this run only');
  const name = 'org.freedesktop.secrets';
  const ask = [
    '--session',
    '--print-reply=literal',
    '--dest=org.freedesktop.DBus',
    '/',
    'org.freedesktop.DBus.NameHasOwner',
  ];
  const owned = () =>
    output('dbus-send', [...ask, `string:${name}`], env).then((text) => text.includes('true'));
  await until('the Secret Service', owned, { running: keyring });
}

/** Saves the stage's screen, or the part `WIDTHxHEIGHT+LEFT+TOP` of it, as a PNG. */
export async function photograph(env, file, part) {
  const crop = part ? ['-crop', part, '+repage'] : [];
  const camera = start('import', ['-silent', '-window', 'root', ...crop, file], { env });
  const ended = await camera.exit;
  if (camera.child.exitCode !== 0) throw new Error(`no screenshot: ${ended.message}`);
}

/** What a short program writes; an empty text where it fails. */
export async function output(program, args, env) {
  const child = spawn(program, args, { env, stdio: ['ignore', 'pipe', 'ignore'] });
  let text = '';
  child.stdout.setEncoding('utf8').on('data', (more) => (text += more));
  const code = await new Promise((resolve) =>
    child.once('error', () => resolve(1)).once('close', resolve),
  );
  return code === 0 ? text : '';
}
