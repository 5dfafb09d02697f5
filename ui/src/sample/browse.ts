/** What the sample registries hold: repositories, one of them with 100,000 tags, and their images. */
import type {
  AskRows,
  Badge,
  BuildStep,
  Deletion,
  Inspection,
  ListRow,
  ListRows,
  PlatformInspection,
  ReferrerInfo,
  TagFacts,
} from '../bindings';
import type { Answers } from './answers';
import { HOST } from './images';
import { daysAgo, digestOf } from './time';

/** The repository whose tags nobody can look through one by one. */
export const MANY = 'load/many-tags';
const NAMES = [
  'load/many-tags',
  'payments/api',
  'payments/worker',
  'platform/base-debian',
  'web/storefront',
];
const PAGE = 50;

const plain = (name: string): ListRow => ({
  name,
  digest: null,
  size: null,
  pushed: null,
  platforms: [],
  tool: false,
});
const hex = (name: string): string => digestOf(name).slice(7, 19);
const PINS = [`golden-20261023T090000Z-${hex('a')}`, `golden-20261112T140211Z-${hex('b')}`];

let many: ListRow[] | null = null;

function namesOf(of: string): ListRow[] {
  if (of === 'ghcr.io')
    throw {
      code: 'forbidden',
      message:
        'ghcr.io does not let this login list its repositories: the right registry:catalog is missing.',
      hint: 'Type a repository’s name, or ask whoever runs the registry.',
    };
  if (of === HOST) return NAMES.map(plain);
  if (of === `${HOST}/${MANY}`) {
    many ??= Array.from({ length: 100_000 }, (_, at) =>
      plain(`1.${Math.floor(at / 1000)}.${at % 1000}`),
    );
    return many;
  }
  if (!of.includes('/'))
    return Array.from({ length: 250 }, (_, at) => plain(`team-${at % 9}/service-${at}`));
  return [
    ...['golden', 'qa', '2.8.1', '2.8.0', '2.7.4'].map(plain),
    ...PINS.map((name) => ({ ...plain(name), tool: true })),
  ];
}

function rowsOf(ask: AskRows): ListRows {
  const words = ask.search.toLowerCase().split(/\s+/).filter(Boolean);
  const all = namesOf(ask.of);
  const found = all.filter((row) => words.every((word) => row.name.toLowerCase().includes(word)));
  const shown = found.filter((row) => ask.tools || !row.tool);
  if (ask.order === 'newest' && ask.of.endsWith(MANY)) shown.reverse();
  return {
    rows: shown.slice(ask.offset, ask.offset + PAGE),
    total: shown.length,
    hidden: found.filter((row) => row.tool).length,
    state: { listed: all.length, whole: true, by: null, at: daysAgo(0) },
  };
}

const badge = (kind: Badge['kind'], stage: string, text: string): Badge => ({ kind, stage, text });

function badgesOf(tag: string): Badge[] {
  if (tag === 'golden' || tag === '2.8.0')
    return [badge('at', 'golden', 'At golden since 12 Nov 2026: promotion by Jonas.')];
  if (tag === 'qa')
    return [
      badge(
        'drifted',
        'qa',
        `qa names ${hex('drift')} and was put on ${hex('qa')} on 20 Nov 2026: somebody else moved it.`,
      ),
    ];
  return [];
}

const digestOfTag = (tag: string): string =>
  digestOf(tag === 'golden' || tag === '2.8.0' ? 'payments/api 2.8.0' : `payments/api ${tag}`);

const factsOf = (tag: string): TagFacts => ({
  tag,
  digest: digestOfTag(tag),
  size: 84_200_000,
  platforms: ['linux/amd64', 'linux/arm64'],
  created: daysAgo(2),
  badges: badgesOf(tag),
});

const layer = (name: string, bytes: number) => ({
  mediaType: 'application/vnd.oci.image.layer.v1.tar+gzip',
  digest: digestOf(name),
  size: bytes,
});

const step = (created_by: string, of?: { digest: string; size: number }): BuildStep => ({
  created_by,
  created: daysAgo(2),
  comment: null,
  layer: of?.digest ?? null,
  size: of?.size ?? null,
});

function platform(image: string, name: string): PlatformInspection {
  const layers = [layer('base', 29_150_000), layer('deps', 41_800_000), layer('app', 13_240_000)];
  const [base, deps, own] = layers;
  return {
    platform: name,
    digest: digestOf(`${image} ${name}`),
    config: digestOf(`${image} ${name} config`),
    created: daysAgo(2),
    labels: {
      'org.opencontainers.image.version': '2.8.1',
      'org.opencontainers.image.revision': 'e41c9d2b7f3a5560a2b0f1f7a9c1d8e0b3c4d5e6',
      'org.opencontainers.image.source': 'https://git.example.com/payments/api',
      'com.example.note': '<b onmouseover=alert(1)>text is only ever text</b>',
    },
    user: '10001',
    entrypoint: ['/usr/bin/api'],
    cmd: ['--listen', ':8080'],
    ports: ['8080/tcp'],
    env: ['PATH=/usr/local/bin:/usr/bin:/bin', 'TZ=UTC'],
    workdir: '/srv',
    volumes: ['/var/lib/api'],
    stop_signal: 'SIGTERM',
    healthcheck: {
      test: ['CMD-SHELL', 'curl -fsS localhost:8080/healthz'],
      interval: 30,
      timeout: 3,
      retries: 3,
    },
    size: 84_191_000,
    layers,
    history: [
      step('/bin/sh -c #(nop) ADD file:3a1f… in / ', base),
      step('ENV TZ=UTC'),
      step(
        'RUN /bin/sh -c apt-get update && apt-get install -y curl ca-certificates # buildkit',
        deps,
      ),
      step('COPY /out/api /usr/bin/api # buildkit', own),
      step('ENTRYPOINT ["/usr/bin/api"]'),
    ],
  };
}

function attached(on: string, over: Partial<ReferrerInfo>): ReferrerInfo {
  return {
    digest: digestOf('report'),
    artifact_type: 'application/junit+xml',
    size: 912,
    annotations: {},
    on,
    depth: 1,
    platform: null,
    via: 'referrers',
    tag: null,
    says: null,
    signed: {
      state: 'none',
      by: null,
      key_id: null,
      text: 'It is not signed, and no member vouches for it.',
    },
    ...over,
  };
}

function inspection(image: string): Inspection {
  const digest = image.includes('@')
    ? image.slice(image.indexOf('@') + 1)
    : digestOfTag(image.slice(image.lastIndexOf(':') + 1));
  const key = '9d33a1f0';
  const verified = (by: string, text: string) => ({
    state: 'verified' as const,
    by,
    key_id: key,
    text,
  });
  const holds = `Its signature verifies with ci@payments’s key ${key}…; in no transparency log.`;
  return {
    image,
    digest,
    media_type: 'application/vnd.oci.image.index.v1+json',
    size: 168_400_000,
    platforms: [platform(image, 'linux/amd64'), platform(image, 'linux/arm64')],
    annotations: {},
    referrers: [
      attached(digest, {
        says: 'junit.xml',
        signed: verified(
          'ci@payments',
          'ci@payments vouches for exactly these bytes, in a signed statement beside it.',
        ),
      }),
      attached(digest, {
        digest: digestOf('bundle'),
        artifact_type: 'application/vnd.dev.sigstore.bundle.v0.3+json',
        size: 1204,
        says: 'attached junit.xml',
        signed: verified('ci@payments', holds),
      }),
      attached(digestOf('bundle'), {
        digest: digestOf('countersignature'),
        artifact_type: 'application/vnd.cncf.notary.signature',
        size: 733,
        depth: 2,
        signed: {
          state: 'unchecked',
          by: null,
          key_id: null,
          text: 'A signature of another tool, which Hallmark does not check.',
        },
      }),
      attached(digestOf(`${image} linux/amd64`), {
        digest: digestOf('buildkit'),
        artifact_type: 'application/vnd.docker.attestation.manifest.v1+json',
        size: 1571,
        platform: 'linux/amd64',
        via: 'buildkit',
        says: 'https://slsa.dev/provenance/v0.2, https://spdx.dev/Document',
        signed: {
          state: 'none',
          by: null,
          key_id: null,
          text: 'BuildKit does not sign it: it is as trustworthy as whoever pushed the image.',
        },
      }),
    ],
    warnings: [],
    badges: badgesOf(image.slice(image.lastIndexOf(':') + 1)),
  };
}

function deletion(image: string, done: boolean): Deletion {
  const whole = image.includes('@');
  const tag = whole ? null : image.slice(image.lastIndexOf(':') + 1);
  const digest = inspection(image).digest;
  if (digest === digestOfTag('golden') && (whole || tag === 'golden'))
    throw {
      code: 'kept-for-golden',
      message: `${digest.slice(7, 19)} is golden and stays: the tag golden names it`,
      hint: 'Golden images stay, so that a rollback finds them. Revoke it first if nobody may use it.',
    };
  return {
    image,
    digest,
    tag,
    tags: whole ? ['2.8.1', '2.8'] : [],
    all_looked_at: true,
    attached: whole ? 4 : 0,
    sentences: whole
      ? [
          `The image ${digest.slice(7, 19)} is deleted, for everybody who uses this registry. It cannot be brought back.`,
          'The tags 2.8.1 and 2.8 go with it.',
          '4 things are attached to it; nobody will find them any more.',
        ]
      : [`The tag ${tag} is deleted. The image that it names stays.`],
    done,
  };
}

export function browseAnswers(): Partial<Answers> {
  return {
    list: ({ of }) => ({ listed: namesOf(of).length, whole: true, by: null, at: daysAgo(0) }),
    list_rows: rowsOf,
    tag_facts: ({ tags }) => tags.map(factsOf),
    tag_past: ({ tag }) => ({
      now: digestOfTag(tag),
      seen: daysAgo(0),
      drift: badgesOf(tag).find((one) => one.kind === 'drifted')?.text ?? null,
      moments: [
        {
          seq: 311,
          at: daysAgo(11),
          kind: 'promotion',
          by: 'Jonas',
          from: digestOf('payments/api 2.7.4'),
          to: digestOfTag('golden'),
          message: null,
        },
        {
          seq: 204,
          at: daysAgo(31),
          kind: 'rollback',
          by: 'Ines',
          from: digestOf('payments/api 2.7.5'),
          to: digestOf('payments/api 2.7.4'),
          message: 'refunds were rounded twice',
        },
      ],
    }),
    inspect: inspection,
    plan_deletion: ({ image }) => deletion(image, false),
    delete: ({ image }) => deletion(image, true),
  };
}
