// Text as somebody would write it who wants the window to do something with it, and an image whose
// every text is of that kind: labels, environment, history, and the reports that hang on it.

import { junit, makeImage, trivy } from './image.mjs';

export const MARKUP = '<img src=x onerror="window.pwned=1"><script>window.pwned=2</script>';
export const REVERSED = 'lib\u202egpj.exe\u2066';
export const CONTROL = 'red\u0085\u200b\u2028\u{e0041}end';
export const LONG = `endless-${'n'.repeat(10_000)}`;
export const JOINED = '👩‍🔧 🏳️‍🌈 👨‍👩‍👧‍👦 ❤️';
export const ARABIC = 'تقرير الاختبار שלום עולם';
const ALL = [MARKUP, REVERSED, CONTROL, LONG, JOINED, ARABIC];

/** What the window makes of the texts: how each of them begins on the screen. */
export const SHOWN = [
  '<img src=x onerror="window.pwned=1">',
  'lib\\u{202e}gpj.exe',
  'red\\u{85}\\u{200b}\\u{2028}\\u{e0041}end',
  'endless-nnnn',
  JOINED,
  ARABIC,
];

/** As the command takes them as an argument, and as a reason for what a person does. */
export const REASON = [MARKUP, REVERSED, CONTROL, 'x'.repeat(2000), JOINED, ARABIC].join(' ');

export function makeHostileImage(folder, repository, version) {
  const image = { change: hostileConfig, write: hostileReports };
  return makeImage(folder, repository, version, image);
}

function hostileConfig(config) {
  const labels = ALL.map((text, at) => [`com.example.${at}.${text.slice(0, 200)}`, text]);
  return {
    ...config,
    author: ALL.join(' '),
    history: ALL.map((text, at) => ({ created_by: `RUN echo ${text}`, empty_layer: at > 0 })),
    config: {
      User: MARKUP,
      WorkingDir: `/${LONG}`,
      Cmd: ALL,
      Env: ALL.map((text, at) => `NAME_${at}_${text}=${text}`),
      Labels: {
        ...Object.fromEntries(labels),
        'org.opencontainers.image.version': `2.0${REVERSED}${MARKUP}${LONG}`,
        'org.opencontainers.image.title': MARKUP,
        'org.opencontainers.image.source': `javascript:window.pwned=3//${MARKUP}`,
        'org.opencontainers.image.base.name': `docker.io/library/${MARKUP}`,
      },
    },
  };
}

function hostileReports(image) {
  return [
    ['<img src=x onerror=pwned=4>.xml', junit(ALL.map(testcase))],
    ['\u202enosj.yvirt.json', trivy(image, ALL.map(finding))],
    [`${'n'.repeat(200)}.cdx.json`, bill(image)],
  ];
}

const xml = (text) =>
  text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('"', '&quot;');

function testcase(text, at) {
  const failure = `<failure message="${xml(text)}">${xml(ALL.join('\n'))}</failure>`;
  return `<testcase classname="${xml(text)}" name="${xml(text)}" time="0.1">${at < 3 ? failure : ''}</testcase>`;
}

function finding(text, at) {
  return {
    VulnerabilityID: `CVE-2026-${at}${at % 2 ? text : ''}`,
    PkgName: text,
    InstalledVersion: `1.0${text}`,
    FixedVersion: `1.1${text}`,
    Status: 'fixed',
    Title: text,
    Severity: 'LOW',
    PrimaryURL: `https://example.com/${text}`,
  };
}

function bill({ digest }) {
  const component = (name) => ({
    type: 'library',
    name,
    version: `1.0${name}`,
    licenses: [{ license: { name } }],
  });
  return JSON.stringify({
    bomFormat: 'CycloneDX',
    specVersion: '1.6',
    version: 1,
    metadata: { component: { type: 'container', name: MARKUP, version: digest } },
    components: ALL.map(component),
  });
}
