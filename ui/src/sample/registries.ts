/** Registries of the sample workspace, and what each kind of trouble with a login looks like. */
import type { Commands, Inspection, LoginRequest, Names, RegistryInfo } from '../bindings';
import { HOST } from './images';
import { daysAgo, digestOf } from './time';

const registry = (host: string, over: Partial<RegistryInfo>): RegistryInfo => ({
  host,
  username: null,
  secret_place: null,
  plain_http: false,
  ca: null,
  confirmed_realms: [],
  from_docker: null,
  ...over,
});

export function sampleRegistries(): RegistryInfo[] {
  return [
    registry('registry.example.com', {
      username: 'ines',
      secret_place: 'Secret Service',
      ca: 'ca/registry.example.com.pem',
      confirmed_realms: ['https://auth.example.com'],
    }),
    registry(HOST, { plain_http: true }),
    registry('ghcr.io', { from_docker: 'Docker’s or Podman’s own login' }),
  ];
}

const troubles: Record<string, { code: string; message: string; hint: string | null }> = {
  wrong: {
    code: 'wrong-password',
    message: 'The registry does not accept this name and password.',
    hint: 'Check both.',
  },
  tls: {
    code: 'tls-untrusted',
    message: 'The certificate of registry.example.com is not trusted: unknown issuer.',
    hint: 'Add its certificate authority (--ca FILE).',
  },
  away: {
    code: 'unreachable',
    message: 'registry.example.com cannot be reached: connection refused.',
    hint: 'Check that it is running.',
  },
  nohost: {
    code: 'no-such-host',
    message: 'There is no host named registry.exmaple.com.',
    hint: 'Check the spelling.',
  },
  plain: {
    code: 'plain-http',
    message: 'registry.example.com speaks plain http, and https was expected.',
    hint: 'Add it again with --plain-http.',
  },
  limit: {
    code: 'rate-limited',
    message: 'docker.io asks to slow down until 14:30 UTC.',
    hint: 'Wait.',
  },
  realm: {
    code: 'realm-needs-confirmation',
    message:
      'registry.example.com wants logins sent to another server, https://auth.example.net:8443.',
    hint: 'Nothing was sent; confirm that server for this registry if you know that it belongs to it.',
  },
};

export const noLogin: LoginRequest = {
  host: '',
  username: null,
  password: null,
  ca: null,
  plain_http: false,
  confirm_realm: null,
};

/** A password that names a trouble brings it about. */
export function sampleLogin(asked: LoginRequest): Commands['login'][1] {
  const trouble = troubles[asked.password ?? ''];
  if (trouble && !(trouble.code === 'realm-needs-confirmation' && asked.confirm_realm))
    throw trouble;
  return {
    host: asked.host,
    username: asked.username,
    message: 'Logged in.',
    secret_place: asked.username ? 'Secret Service' : null,
  };
}

const NAMES = ['payments/api', 'payments/worker', 'platform/base-debian', 'web/storefront'];

export function sampleRepositories(of: string, after: string | null): Names {
  if (of === 'ghcr.io')
    throw {
      code: 'forbidden',
      message:
        'ghcr.io does not let this login list its repositories: the right registry:catalog is missing.',
      hint: 'Name the repository.',
    };
  if (of === HOST) return { items: [...NAMES], next: null };
  const all = Array.from({ length: 250 }, (_, at) => `team-${at % 9}/service-${at}`).sort();
  const from = after ? all.indexOf(after) + 1 : 0;
  const items = all.slice(from, from + 100);
  return { items, next: from + 100 < all.length ? (items.at(-1) ?? null) : null };
}

export function sampleTags(): Names {
  const hex = (name: string): string => digestOf(name).slice(7, 19);
  return {
    items: [
      '2.7.4',
      '2.8.0',
      '2.8.1',
      'golden',
      `golden-20261023T090000Z-${hex('a')}`,
      `golden-20261112T140211Z-${hex('b')}`,
      'qa',
    ],
    next: null,
  };
}

export function sampleInspection(image: string): Inspection {
  const layer = (name: string, size: number) => ({
    mediaType: 'application/vnd.oci.image.layer.v1.tar+gzip',
    digest: digestOf(name),
    size,
  });
  const platform = (name: string) => ({
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
    layers: [layer('base', 29_150_000), layer('deps', 41_800_000), layer('app', 13_240_000)],
  });
  return {
    image,
    digest: digestOf('payments/api 2.8.1'),
    media_type: 'application/vnd.oci.image.index.v1+json',
    size: 84_200_000,
    platforms: [platform('linux/amd64'), platform('linux/arm64')],
    annotations: {},
    referrers: [
      {
        digest: digestOf('report'),
        artifact_type: 'application/vnd.hallmark.report.v1+json',
        size: 912,
        annotations: { 'org.opencontainers.image.title': 'junit.xml' },
      },
      {
        digest: digestOf('bundle'),
        artifact_type: 'application/vnd.dev.sigstore.bundle.v0.3+json',
        size: 1204,
        annotations: {},
      },
    ],
  };
}
