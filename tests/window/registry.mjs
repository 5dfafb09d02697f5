// A registry as a company has one: Debian's docker-registry behind htpasswd and TLS of a private
// certificate authority, on this machine alone; and skopeo, the witness that knows nothing of
// Hallmark.

import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdirSync, openSync, writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { join } from 'node:path';
import { end, freePort, start, until } from './stage.mjs';

const PACKAGES = {
  'docker-registry': 'docker-registry',
  htpasswd: 'apache2-utils',
  openssl: 'openssl',
  skopeo: 'skopeo',
};

/** Runs a program to its end and gives what it wrote; `input` is its standard input. */
export async function run(program, args, { input = '', ...options } = {}) {
  const child = spawn(program, args, { stdio: ['pipe', 'pipe', 'pipe'], ...options });
  const pieces = { stdout: [], stderr: [] };
  for (const name of ['stdout', 'stderr']) child[name].on('data', (one) => pieces[name].push(one));
  child.stdin.on('error', () => {});
  child.stdin.end(input);
  const code = await new Promise((resolve, reject) => {
    child.once('error', (error) => reject(missing(program, error)));
    child.once('close', resolve);
  });
  const [out, said] = [Buffer.concat(pieces.stdout), Buffer.concat(pieces.stderr).toString()];
  return { code, out, said };
}

function missing(program, error) {
  const name = PACKAGES[program];
  if (error.code !== 'ENOENT' || !name) return error;
  return new Error(`${program} is missing: sudo apt-get install -y ${name}`);
}

async function must(program, args, options) {
  const done = await run(program, args, options);
  if (done.code !== 0) throw new Error(`${program} ${args[0]}: ${done.said}`);
  return done.out;
}

/** A certificate authority of that name in `folder`; gives its certificate's file. */
export async function authority(folder, name) {
  mkdirSync(folder, { recursive: true });
  const at = (file) => join(folder, file);
  const extensions = ['basicConstraints=critical,CA:TRUE', 'keyUsage=critical,keyCertSign'];
  await must('openssl', [
    ...['req', '-x509', '-days', '2', '-subj', `/CN=${name}`, ...newKey(at('ca.key'))],
    ...extensions.flatMap((extension) => ['-addext', extension]),
    ...['-out', at('ca.pem')],
  ]);
  return at('ca.pem');
}

const newKey = (file) => [
  ...['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes', '-keyout', file],
];

/** A certificate for the loopback, signed by the authority in `folder`. */
async function certify(folder) {
  const at = (file) => join(folder, file);
  const extensions = [
    'subjectAltName=IP:127.0.0.1,DNS:localhost',
    'basicConstraints=CA:FALSE',
    'extendedKeyUsage=serverAuth',
  ];
  writeFileSync(at('extensions'), extensions.join('\n'));
  const ask = ['req', '-subj', '/CN=registry', ...newKey(at('registry.key'))];
  await must('openssl', [...ask, '-out', at('registry.csr')]);
  await must('openssl', [
    ...['x509', '-req', '-days', '2', '-in', at('registry.csr'), '-extfile', at('extensions')],
    ...['-CA', at('ca.pem'), '-CAkey', at('ca.key'), '-CAcreateserial', '-out', at('registry.pem')],
  ]);
}

/**
 * Starts the registry in `folder` for one person. Gives `host`, `ca` (its authority's file),
 * `skopeo` and `close`.
 */
export async function openRegistry(folder, user, password) {
  const ca = await authority(folder, 'Payments internal CA');
  await certify(folder);
  const line = await must('htpasswd', ['-niB', '-C', '5', user], { input: password });
  writeFileSync(join(folder, 'htpasswd'), line.toString().trim() + '\n');
  await must('docker-registry', ['--version']);
  const port = await freePort();
  const config = join(folder, 'config.yml');
  writeFileSync(config, configuration(folder, port));
  const log = openSync(join(folder, 'registry.log'), 'a');
  const server = start('docker-registry', ['serve', config], {
    env: { PATH: process.env.PATH, OTEL_TRACES_EXPORTER: 'none' },
    stdio: ['ignore', log, log],
  });
  await until('docker-registry', () => listens(port), { running: server });
  const host = `127.0.0.1:${port}`;
  const witness = skopeo(folder, host, user, password);
  return { host, ca, skopeo: witness, close: () => end(server) };
}

function configuration(folder, port) {
  const at = (file) => join(folder, file);
  return JSON.stringify({
    version: '0.1',
    log: { level: 'error' },
    storage: { filesystem: { rootdirectory: at('storage') }, delete: { enabled: true } },
    http: {
      addr: `127.0.0.1:${port}`,
      tls: { certificate: at('registry.pem'), key: at('registry.key') },
    },
    auth: { htpasswd: { realm: 'window', path: at('htpasswd') } },
  });
}

function listens(port) {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1');
    const told = (answer) => () => {
      socket.destroy();
      resolve(answer);
    };
    socket.once('connect', told(true)).once('error', told(false));
  });
}

function skopeo(folder, host, user, password) {
  const login = join(folder, 'skopeo.json');
  const auth = Buffer.from(`${user}:${password}`).toString('base64');
  writeFileSync(login, JSON.stringify({ auths: { [host]: { auth } } }), { mode: 0o600 });
  const certificates = join(folder, 'certificates');
  mkdirSync(certificates);
  const trust = must('cp', [join(folder, 'ca.pem'), join(certificates, 'ca.crt')]);
  const call = async (what, side, args) => {
    await trust;
    const options = [`--${side}authfile`, login, `--${side}cert-dir`, certificates];
    return must('skopeo', ['--insecure-policy', what, ...options, ...args]);
  };
  return {
    /** Copies an OCI layout in under a tag, every byte as it is. */
    push: (layout, repository, tag) =>
      call('copy', 'dest-', [
        ...['--all', '--preserve-digests'],
        ...[`oci:${layout}:${tag}`, `docker://${host}/${repository}:${tag}`],
      ]),
    /** The digest of what a tag names, hashed from the bytes that come. */
    digest: async (repository, tag) => {
      const bytes = await call('inspect', '', ['--raw', `docker://${host}/${repository}:${tag}`]);
      return `sha256:${createHash('sha256').update(bytes).digest('hex')}`;
    },
  };
}
