// A small image with its reports: an OCI layout (image-spec, "Image Layout") of one layer for one
// platform, test results as pytest writes them, and a scan as Trivy writes it.

import { createHash } from 'node:crypto';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';

const sha256 = (bytes) => `sha256:${createHash('sha256').update(bytes).digest('hex')}`;
const json = (value) => Buffer.from(JSON.stringify(value));

/**
 * Makes the image `repository:version` and its reports in `folder`. Gives `digest`, `layout` (the
 * folder of the image) and `reports` (their files). `tests` is how many passed; `change` is given
 * the image's configuration and gives another; `write` is given `{ name, digest, config }` and gives
 * the reports, as pairs of a file's name and its text.
 */
export function makeImage(folder, repository, version, wanted = {}) {
  const { tests = 12, change = (config) => config, write = plainReports(tests) } = wanted;
  const at = join(folder, version);
  const layout = join(at, 'layout');
  const made = writeLayout(layout, version, change);
  const written = write({ ...made, repository, name: `${repository}:${version}` });
  const reports = written.map(([name, text]) => [join(at, name), text]);
  for (const [file, text] of reports) writeFileSync(file, text);
  return { ...made, version, layout, reports: reports.map(([file]) => file) };
}

const plainReports = (tests) => (image) => [
  ['junit.xml', junit(passed(tests))],
  ['trivy.json', trivy(image, [GLIBC])],
];

function writeLayout(layout, version, change) {
  const blobs = join(layout, 'blobs/sha256');
  mkdirSync(blobs, { recursive: true });
  const keep = (mediaType, bytes) => {
    const digest = sha256(bytes);
    writeFileSync(join(blobs, digest.slice(7)), bytes);
    return { mediaType: `application/vnd.oci.image.${mediaType}`, digest, size: bytes.length };
  };
  const files = tar('app/version', version);
  const layer = keep('layer.v1.tar+gzip', gzipSync(files));
  const config = keep('config.v1+json', json(change(configuration(version, sha256(files)))));
  const manifest = { schemaVersion: 2, mediaType: 'application/vnd.oci.image.manifest.v1+json' };
  const image = keep('manifest.v1+json', json({ ...manifest, config, layers: [layer] }));
  const named = { ...image, annotations: { 'org.opencontainers.image.ref.name': version } };
  writeFileSync(join(layout, 'index.json'), json({ schemaVersion: 2, manifests: [named] }));
  writeFileSync(join(layout, 'oci-layout'), json({ imageLayoutVersion: '1.0.0' }));
  return { digest: image.digest, config: config.digest };
}

function configuration(version, diffId) {
  return {
    created: new Date(Date.now() - 3_600_000).toISOString(),
    architecture: 'amd64',
    os: 'linux',
    config: {
      Cmd: ['/app/run'],
      Labels: {
        'org.opencontainers.image.version': version,
        'org.opencontainers.image.source': 'https://git.example.com/payments/ledger',
      },
    },
    rootfs: { type: 'layers', diff_ids: [diffId] },
  };
}

/** A tar (POSIX ustar) of one small file. */
function tar(name, text) {
  const head = Buffer.alloc(512);
  const octal = (value, size) => value.toString(8).padStart(size - 1, '0');
  const fields = [
    [0, name],
    [100, octal(0o644, 8)],
    [108, octal(0, 8)],
    [116, octal(0, 8)],
    [124, octal(text.length, 12)],
    [136, octal(1_700_000_000, 12)],
    [148, ' '.repeat(8)],
    [156, '0'],
    [257, 'ustar\0' + '00'],
  ];
  for (const [offset, value] of fields) head.write(value, offset, 'latin1');
  const sum = head.reduce((all, byte) => all + byte, 0);
  head.write(`${octal(sum, 7)}\0 `, 148, 'latin1');
  return Buffer.concat([head, Buffer.from(text.padEnd(512, '\0')), Buffer.alloc(1024)]);
}

const recently = (seconds) => new Date(Date.now() - seconds * 1000).toISOString();

const passed = (tests) =>
  Array.from(
    { length: tests },
    (_, at) => `<testcase classname="tests.ledger" name="test_entry[${at}]" time="0.004"/>`,
  );

/** A report as pytest writes it, of these `<testcase>` elements. */
export function junit(cases) {
  const failures = cases.filter((one) => one.includes('<failure')).length;
  return `<?xml version="1.0" encoding="utf-8"?>
<testsuites name="pytest tests"><testsuite name="ledger" tests="${cases.length}" failures="${failures}" errors="0" skipped="0" time="0.5" timestamp="${recently(1800)}">
${cases.join('\n')}
</testsuite></testsuites>
`;
}

const GLIBC = {
  VulnerabilityID: 'CVE-2025-4802',
  PkgName: 'libc6',
  InstalledVersion: '2.36-9+deb12u13',
  Status: 'affected',
  Title: 'glibc: static setuid binaries may load libraries of others',
  Severity: 'MEDIUM',
  PrimaryURL: 'https://avd.aquasec.com/nvd/cve-2025-4802',
};

/** A scan of the image as Trivy writes it, with these findings. */
export function trivy({ repository, name, digest, config }, findings) {
  return JSON.stringify({
    SchemaVersion: 2,
    Trivy: { Version: '0.67.2' },
    CreatedAt: recently(900),
    ArtifactName: name,
    ArtifactType: 'container_image',
    Metadata: {
      OS: { Family: 'debian', Name: '12.12' },
      ImageID: config,
      RepoTags: [name],
      RepoDigests: [`${repository}@${digest}`],
      ImageConfig: { architecture: 'amd64', os: 'linux' },
    },
    Results: [
      {
        Target: `${name} (debian 12.12)`,
        Class: 'os-pkgs',
        Type: 'debian',
        Vulnerabilities: findings,
      },
    ],
  });
}
