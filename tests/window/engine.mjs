// A Docker daemon of the test's own, in namespaces of its own: it sees nothing of a Docker that is
// installed for real, leaves no mount behind, and is gone with everything it started.

import {
  chmodSync,
  cpSync,
  existsSync,
  mkdirSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { request } from 'node:http';
import { join } from 'node:path';
import { run } from './registry.mjs';
import { end, start, until } from './stage.mjs';

const SCRIPT = `
mount --bind "$1/etc" /etc/docker && mount -t tmpfs tmpfs /run && exec dockerd \\
    --config-file "$1/etc/daemon.json" --data-root "$1/data" --exec-root "$1/exec" \\
    --pidfile "$1/pid" --host "unix://$1/docker.sock" --group 0 --storage-driver vfs \\
    --bridge none --iptables=false --ip6tables=false --ip-forward=false --ip-masq=false
`;
const TOOLS = ['sh', 'cat', 'echo', 'sleep', 'ls', 'id', 'true', 'false'];

/**
 * Starts a daemon that keeps everything in `folder` and trusts `registries`, by host the file of
 * their authority. Gives `address` (for DOCKER_HOST), `docker` (Docker's own command), `kill`,
 * `again` and `close`.
 */
export async function openEngine(folder, registries = {}) {
  mkdirSync(join(folder, 'etc/certs.d'), { recursive: true });
  mkdirSync(join(folder, '.docker'), { recursive: true });
  writeFileSync(join(folder, 'etc/daemon.json'), '{}');
  writeFileSync(join(folder, '.docker/config.json'), '{"auths": {"unused.invalid": {}}}');
  for (const [host, ca] of Object.entries(registries)) {
    mkdirSync(join(folder, 'etc/certs.d', host));
    cpSync(ca, join(folder, 'etc/certs.d', host, 'ca.crt'));
  }
  const socket = join(folder, 'docker.sock');
  let daemon = await begin(folder, socket);
  const docker = async (args, input) => {
    const env = { PATH: process.env.PATH, HOME: folder, DOCKER_HOST: `unix://${socket}` };
    const done = await run('docker', args, { env, input });
    if (done.code !== 0) throw new Error(`docker ${args.join(' ')}: ${done.said}`);
    return done.out.toString();
  };
  return {
    address: `unix://${socket}`,
    docker,
    /** An image of that name with a shell and a few tools. */
    kitchen: async (name) =>
      docker(['import', '-c', 'ENV PATH=/bin', '-', name], await kitchen(folder)),
    /** As a machine that loses its power. */
    kill: () => end(daemon, 0),
    again: async () => {
      rmSync(join(folder, 'pid'), { force: true });
      daemon = await begin(folder, socket);
    },
    close: () => end(daemon),
  };
}

async function begin(folder, socket) {
  const user = process.getuid() === 0 ? [] : ['--user', '--map-root-user'];
  const alone = ['--mount', '--pid', '--fork', '--kill-child', '--mount-proc'];
  const daemon = start('unshare', [...user, ...alone, 'sh', '-c', SCRIPT, 'dockerd', folder], {
    env: { PATH: `${process.env.PATH}:/usr/sbin`, HOME: folder },
    stdio: ['ignore', 'ignore', process.env.HALLMARK_TEST_LOUD ? 'inherit' : 'ignore'],
  });
  await until('dockerd', () => pings(socket), { running: daemon, patience: 30_000 });
  return daemon;
}

function pings(socketPath) {
  return new Promise((resolve) => {
    const asked = request({ socketPath, path: '/_ping', timeout: 1000 }, (answer) => {
      answer.resume();
      resolve(answer.statusCode === 200);
    });
    asked.once('error', () => resolve(false)).once('timeout', () => asked.destroy());
    asked.end();
  });
}

/** Busybox under the names that tests use, as a tar archive. */
async function kitchen(folder) {
  if (!existsSync('/bin/busybox'))
    throw new Error('busybox is missing: sudo apt-get install -y busybox-static');
  const bin = join(folder, 'kitchen/bin');
  mkdirSync(bin, { recursive: true });
  cpSync('/bin/busybox', join(bin, 'busybox'));
  chmodSync(bin, 0o755);
  for (const tool of TOOLS) symlinkSync('busybox', join(bin, tool));
  const done = await run('tar', ['-C', join(folder, 'kitchen'), '-c', 'bin']);
  if (done.code !== 0) throw new Error(`tar: ${done.said}`);
  return done.out;
}
