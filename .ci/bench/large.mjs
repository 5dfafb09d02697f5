// An image with more findings and tests than any team has: made up, but shaped as Trivy and pytest
// write them, each row different from the next.

import { junit, makeImage, trivy } from '../../tests/window/image.mjs';

const SEVERITIES = ['LOW', 'MEDIUM', 'HIGH', 'CRITICAL', 'UNKNOWN'];

/** Makes it in `folder`, with so many `findings` and `tests`. */
export function largeImage(folder, repository, { findings, tests }) {
  const write = (image) => [
    ['junit.xml', junit(Array.from({ length: tests }, (_, at) => testcase(at)))],
    [
      'trivy.json',
      trivy(
        image,
        Array.from({ length: findings }, (_, at) => finding(at)),
      ),
    ],
  ];
  return makeImage(folder, repository, '1.0.0', { write });
}

function testcase(at) {
  const suite = `tests.ledger.test_module_${Math.floor(at / 500)}.TestAccounts`;
  const name = `test_balance_agrees_after_transfer[currency-${at}]`;
  const failure =
    at % 10_000 === 0 ? '<failure message="assert 1 == 2">E  assert 1 == 2</failure>' : '';
  return `<testcase classname="${suite}" name="${name}" time="0.0${at % 90}">${failure}</testcase>`;
}

function finding(at) {
  return {
    VulnerabilityID: `CVE-2026-${10_000 + at}`,
    PkgName: `lib-${at % 700}-dev`,
    InstalledVersion: `1.${at % 40}.${at % 7}-2+deb12u1`,
    ...(at % 3 === 0 ? { FixedVersion: `1.${at % 40}.${(at % 7) + 1}-1` } : {}),
    Status: at % 3 === 0 ? 'fixed' : 'affected',
    Title: `lib-${at % 700}: an out-of-bounds read in the parser of type ${at % 90}`,
    Severity: SEVERITIES[at % SEVERITIES.length],
    PrimaryURL: `https://avd.aquasec.com/nvd/cve-2026-${10_000 + at}`,
  };
}
