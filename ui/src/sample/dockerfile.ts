/** A Dockerfile of the sample team, what is checked of it, and what one can start from. */
import type {
  AskContext,
  ContextInfo,
  DockerfileCheck,
  DockerfileDraft,
  DockerfileFinding,
  DockerfileTemplate,
} from '../bindings';
import { HOST } from './images';
import { digestOf, hoursAgo } from './time';

export const FOLDER = '/home/ines/shop/cart';

export const DOCKERFILE = `# syntax=docker/dockerfile:1
FROM node:latest AS build
WORKDIR /app
ARG NPM_TOKEN
COPY package.json package-lock.json ./
RUN npm ci
COPY . .
RUN npm run build

FROM ${HOST}/platform/base-debian:12
ADD https://example.com/tool.tar.gz /opt/
COPY --from=build /app/dist /app
ENV PORT="8080"
CMD ["/app/serve"]
`;

const rules: [RegExp, string, boolean, string, string][] = [
  [
    /^FROM \S+:latest/,
    'base-latest',
    true,
    'The base image moves: latest is another image tomorrow.',
    'Name a version and its digest.',
  ],
  [
    /^(ARG|ENV) \w*(TOKEN|PASSWORD)/,
    'secret',
    true,
    'A secret in an argument stays in the image’s history.',
    'Mount it: RUN --mount=type=secret,id=npm …',
  ],
  [
    /^ADD https?:/,
    'add-url',
    true,
    'ADD fetches from an address that may change.',
    'Use curl with a checksum.',
  ],
  [/^USER root/, 'root', true, 'It runs as root.', 'Add USER with another number.'],
];

export function checkDockerfile(draft: DockerfileDraft): DockerfileCheck {
  const lines = draft.text.split('\n');
  const findings: DockerfileFinding[] = lines.flatMap((text, at) =>
    rules
      .filter(([pattern]) => pattern.test(text))
      .map(([, rule, fails_review, message, remedy]) => ({
        line: at + 1,
        rule,
        fails_review,
        message,
        remedy,
      })),
  );
  if (!/^USER /m.test(draft.text) && draft.text.trim())
    findings.push({
      line: lines.length - 1,
      rule: 'root',
      fails_review: true,
      message: 'It runs as root: no USER is set.',
      remedy: 'Add USER 10001 before the command.',
    });
  if (!draft.labelled && draft.text.trim())
    findings.push({
      line: 1,
      rule: 'labels',
      fails_review: true,
      message: 'The labels source, revision and version are missing.',
      remedy: 'Take git’s labels, or add LABEL lines.',
    });
  const stages = lines.flatMap((text, at) => {
    const found = /^FROM (\S+)(?: AS (\S+))?/.exec(text);
    if (!found?.[1]) return [];
    const golden = found[1].startsWith(HOST) ? true : null;
    return [{ name: found[2] ?? null, base: found[1], line: at + 1, golden }];
  });
  const named = lines.flatMap((text) => /^ARG (\w+)/.exec(text)?.[1] ?? []);
  return { findings, stages, arguments: named };
}

export const sampleTemplates: DockerfileTemplate[] = [
  {
    name: 'Debian or Ubuntu',
    golden: `${HOST}/platform/base-debian@${digestOf('platform/base-debian 12.9')}`,
    text: `FROM ${HOST}/platform/base-debian@${digestOf('platform/base-debian 12.9')}
RUN useradd --uid 10001 --no-create-home app
WORKDIR /app
COPY --chown=app . .
USER 10001
ENTRYPOINT ["/app/run"]
`,
  },
  {
    name: 'Node.js service',
    golden: null,
    text: 'FROM node:20-slim AS build\nWORKDIR /app\nUSER 10001\nCMD ["node", "server.js"]\n',
  },
];

export function sampleContext(asked: AskContext): ContextInfo {
  if (asked.context.includes('missing'))
    throw {
      code: 'file',
      message: `There is no folder ${asked.context}.`,
      hint: 'Choose the folder that holds what is copied.',
    };
  return {
    dockerfile: asked.dockerfile ?? `${asked.context}/Dockerfile`,
    ignore_file: `${asked.context}/.dockerignore`,
    files: 214,
    bytes: 3_412_988,
    more: false,
    labels: [
      { name: 'org.opencontainers.image.source', value: 'https://git.example.com/shop/cart' },
      {
        name: 'org.opencontainers.image.revision',
        value: '7c1e0a90f3b2c4d5e6f708192a3b4c5d6e7f8091',
      },
      { name: 'org.opencontainers.image.created', value: hoursAgo(0) },
    ],
    changed: true,
  };
}
