/** Registries of the sample workspace, and what each kind of trouble with a login looks like. */
import type {
  Commands,
  ConnectionInfo,
  HandOverPlan,
  ImportPreview,
  LoginRequest,
  LoginTest,
  RegistryInfo,
  RegistryKindInfo,
} from '../bindings';
import { HOST } from './images';
import { daysAgo, hoursAgo } from './time';

export const sampleRegistry = (host: string, over: Partial<RegistryInfo>): RegistryInfo => ({
  host,
  username: null,
  secret_place: null,
  plain_http: false,
  ca: null,
  confirmed_realms: [],
  from_docker: null,
  kind: 'private',
  kind_name: 'A private registry',
  helper: null,
  client_cert: null,
  proxy: null,
  repository: null,
  expires: null,
  tested: null,
  ...over,
});

const connection: ConnectionInfo = {
  words:
    'TLS 1.3 with the certificate of registry.example.com, made by Example internal CA, valid until 2027-03-01.',
  tls: 'TLS 1.3',
  subject: 'registry.example.com',
  issuer: 'Example internal CA',
  valid_from: daysAgo(200),
  valid_until: daysAgo(-90),
  client_certificate: false,
  proxy: null,
};

export function sampleTest(host: string, over: Partial<LoginTest> = {}): LoginTest {
  return {
    host,
    username: null,
    message: 'The login works.',
    secret_place: null,
    rights: null,
    connection,
    expires: null,
    ...over,
  };
}

const kind = (
  name: string,
  label: string,
  placeholder: string,
  over: Partial<RegistryKindInfo> = {},
): RegistryKindInfo => ({
  kind: name,
  name: label,
  host: null,
  placeholder,
  user_label: 'Name',
  username: null,
  secret_label: 'Password or token',
  advice: `Make an access token in your profile at ${label}.`,
  token_url: null,
  helper: null,
  ...over,
});

/** As the program tells them, in fewer words. */
export const sampleKinds: RegistryKindInfo[] = [
  kind('hub', 'Docker Hub', 'docker.io', {
    host: 'docker.io',
    user_label: 'Docker ID',
    secret_label: 'Personal access token',
    advice:
      'Make a personal access token with the right to read and write. With two-factor login the password does not work.',
    token_url: 'https://app.docker.com/settings/personal-access-tokens',
  }),
  kind('msr', 'Mirantis Secure Registry (Docker Trusted Registry)', 'msr.example.com'),
  kind('harbor', 'Harbor', 'harbor.example.com', {
    user_label: 'Name or robot account',
    token_url: 'https://{host}/harbor/projects',
  }),
  kind('quay', 'Quay', 'quay.io'),
  kind('ghcr', 'GitHub', 'ghcr.io', {
    host: 'ghcr.io',
    secret_label: 'Personal access token (classic)',
    advice: 'Make a classic personal access token with read:packages and write:packages.',
    token_url: 'https://github.com/settings/tokens',
  }),
  kind('gitlab', 'GitLab', 'registry.gitlab.com'),
  kind('ecr', 'Amazon ECR', '123456789012.dkr.ecr.eu-central-1.amazonaws.com', {
    username: 'AWS',
    helper: 'ecr-login',
  }),
  kind('acr', 'Azure', 'team.azurecr.io', { helper: 'acr-env' }),
  kind('google-artifact-registry', 'Google Artifact Registry', 'europe-docker.pkg.dev', {
    username: '_json_key',
    helper: 'gcloud',
  }),
  kind('jfrog', 'JFrog Artifactory', 'team.jfrog.io'),
  kind('nexus', 'Sonatype Nexus', 'nexus.example.com:8082'),
  kind('private', 'A private registry', 'registry.example.com, or localhost:5000', {
    advice: 'Whoever runs it gives out names and passwords, or tokens.',
  }),
];

export function guessKind(host: string): RegistryKindInfo {
  const own = sampleKinds.find((one) => one.host === host);
  return own ?? (sampleKinds.at(-1) as RegistryKindInfo);
}

export const sampleImport: ImportPreview = {
  logins: [
    {
      host: 'ghcr.io',
      username: 'ines',
      place: 'docker-credential-secretservice, named in /home/ines/.docker/config.json',
      here: true,
      problem: null,
    },
    {
      host: 'harbor.example.com',
      username: 'robot$payments',
      place: '/home/ines/.docker/config.json',
      here: false,
      problem: null,
    },
    {
      host: '123456789012.dkr.ecr.eu-central-1.amazonaws.com',
      username: null,
      place: 'docker-credential-ecr-login, named in /home/ines/.docker/config.json',
      here: false,
      problem:
        'docker-credential-ecr-login was not found. Install it so that it is in PATH, or choose another.',
    },
  ],
  problems: [
    '“quay.io/team/app” in /home/ines/.config/containers/auth.json is for one repository, or names no registry.',
  ],
  place: 'Secret Service',
};

export function sampleRegistries(): RegistryInfo[] {
  return [
    sampleRegistry('registry.example.com', {
      username: 'ines',
      secret_place: 'Secret Service',
      ca: 'ca/registry.example.com.pem',
      confirmed_realms: ['https://auth.example.com'],
      kind: 'harbor',
      kind_name: 'Harbor',
      repository: 'payments/api',
      expires: hoursAgo(-3.5),
      tested: sampleTest('registry.example.com', {
        rights: { repository: 'payments/api', pull: 'yes', push: 'no', why: null },
      }),
    }),
    sampleRegistry(HOST, { plain_http: true }),
    sampleRegistry('ghcr.io', {
      from_docker: 'Docker’s or Podman’s own login',
      kind: 'ghcr',
      kind_name: 'GitHub',
    }),
  ];
}

export const sampleHandOver: HandOverPlan = {
  host: '',
  file: '/home/ines/.docker/config.json',
  helper: 'secretservice',
  set: false,
  also: null,
};

const troubles: Record<
  string,
  { code: string; message: string; hint: string | null; realm?: string }
> = {
  expired: {
    code: 'token-expired',
    message: 'The token for registry.example.com expired on 2026-11-25 09:00 UTC.',
    hint: 'Make a new one.',
  },
  certificate: {
    code: 'client-certificate',
    message: 'registry.example.com wants a client certificate.',
    hint: 'Give it.',
  },
  proxy: {
    code: 'proxy',
    message: 'The proxy http://proxy.example.com:3128 makes no connection to registry.example.com.',
    hint: 'Check it.',
  },
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
    realm: 'https://auth.example.net:8443',
  },
};

export const noLogin: LoginRequest = {
  host: '',
  username: null,
  password: null,
  ca: null,
  plain_http: false,
  confirm_realm: null,
  kind: null,
  helper: null,
  from_docker: false,
  client_cert: null,
  client_key: null,
  proxy: null,
  repository: null,
};

/** A password that names a trouble brings it about. */
export function sampleLogin(asked: LoginRequest): Commands['login'][1] {
  const trouble = troubles[asked.password ?? ''];
  if (trouble && !(trouble.code === 'realm-needs-confirmation' && asked.confirm_realm))
    throw trouble;
  return sampleTest(asked.host, {
    username: asked.username,
    secret_place: asked.username ? 'Secret Service' : null,
    rights: asked.repository
      ? { repository: asked.repository, pull: 'yes', push: 'yes', why: null }
      : null,
  });
}
