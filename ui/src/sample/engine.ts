/** The sample team's engine: how it does, and the images it has. */
import type {
  AskLocalImages,
  EngineChoice,
  EngineInfo,
  EngineNews,
  LocalImage,
  LocalImageInfo,
  LocalImages,
} from '../bindings';
import { HOST } from './images';
import { daysAgo, digestOf, hoursAgo } from './time';

const running: EngineInfo = {
  state: 'running',
  product: 'Docker',
  version: '27.5.1',
  api: '1.47',
  platform: 'linux/amd64',
  storage: 'classic',
  buildkit: true,
  rootless: false,
  address: 'unix:///var/run/docker.sock',
  chosen_by: 'Docker context default',
  message: null,
  hint: null,
};

const away = (state: EngineInfo['state'], message: string, hint: string): EngineInfo => ({
  ...running,
  state,
  product: null,
  version: null,
  api: null,
  platform: null,
  storage: null,
  buildkit: false,
  message,
  hint,
});

const scenes: Record<string, EngineInfo> = {
  'no-engine': away(
    'missing',
    'Nothing listens at /var/run/docker.sock.',
    'Install Docker Engine (docs.docker.com/engine/install), or start it: sudo systemctl start docker.',
  ),
  'engine-starting': away('starting', 'Docker Engine starts.', 'It answers in a moment.'),
  'no-right': away(
    'no-right',
    'You may not use /var/run/docker.sock.',
    'Join the group docker: sudo usermod -aG docker ines; then log in to the system anew.',
  ),
};

const image = (name: string, over: Partial<LocalImage> = {}): LocalImage => ({
  id: digestOf(`config ${name}`),
  names: [name],
  digests: [],
  size: 84_231_990,
  created: hoursAgo(2),
  used_by: [],
  platform: 'linux/amd64',
  golden: [],
  ...over,
});

const at = (name: string, version: string) => `${HOST}/${name}@${digestOf(`${name} ${version}`)}`;
const standing = (name: string, is: 'golden' | 'behind' | 'revoked', version: string) => ({
  repository: `${HOST}/${name}`,
  tag: 'golden',
  standing: is,
  digest: digestOf(`${name} ${version}`),
});

function sampleImages(): LocalImage[] {
  return [
    image('shop/cart:1.5', { created: hoursAgo(0.3), size: 61_004_112 }),
    image(`${HOST}/payments/api:2.8.1`, {
      names: [`${HOST}/payments/api:2.8.1`, 'payments-api:dev'],
      digests: [at('payments/api', '2.8.1')],
      used_by: ['api-local'],
    }),
    image(`${HOST}/payments/api:2.8.0`, {
      digests: [at('payments/api', '2.8.0')],
      created: daysAgo(31),
      golden: [standing('payments/api', 'golden', '2.8.0')],
    }),
    image(`${HOST}/platform/base-debian:12`, {
      digests: [at('platform/base-debian', '12')],
      created: daysAgo(62),
      size: 28_117_300,
      golden: [standing('platform/base-debian', 'behind', '12.9')],
    }),
    image(`${HOST}/platform/base-jre:21`, {
      digests: [at('platform/base-jre', '21')],
      created: daysAgo(90),
      size: 201_400_000,
      golden: [standing('platform/base-jre', 'revoked', '21.0.5')],
    }),
    image('<none>', {
      id: digestOf('left over'),
      names: [],
      size: 61_000_321,
      created: hoursAgo(1),
    }),
  ];
}

const many = (): LocalImage[] =>
  Array.from({ length: 1200 }, (_, index) =>
    image(`team-${index % 9}/service-${index}:1.${index % 7}`, { created: hoursAgo(index) }),
  );

export class SampleEngine {
  info: EngineInfo;
  images: LocalImage[];
  #number = 1;
  #waiting: (() => void)[] = [];

  constructor(scene: string) {
    this.info = scenes[scene] ?? running;
    this.images = scene === 'empty' ? [] : scene === 'many' ? many() : sampleImages();
  }

  /** Something happened there: whoever waits hears of it. */
  happened(): void {
    this.#number += 1;
    const waiting = this.#waiting;
    this.#waiting = [];
    waiting.forEach((go) => go());
  }

  /** As when the daemon is stopped, or comes back. */
  becomes(state: 'running' | keyof typeof scenes): void {
    this.info = scenes[state] ?? running;
    this.happened();
  }

  async news(seen: number): Promise<EngineNews> {
    if (seen === this.#number) await new Promise<void>((go) => this.#waiting.push(go));
    return { number: this.#number, engine: this.info, images: true, containers: true };
  }

  choices(): EngineChoice[] {
    const chosen = this.info.address;
    const choice = (name: string, address: string, by: string | null): EngineChoice => ({
      choice: by,
      name,
      address,
      chosen: address === chosen,
    });
    return [
      choice('Docker’s own choice', 'unix:///var/run/docker.sock', null),
      choice('context staging', 'ssh://build@staging.example.com', 'staging'),
      choice('Podman', 'unix:///run/user/1000/podman/podman.sock', 'podman'),
    ];
  }

  choose(choice: string | null): EngineInfo {
    const found = this.choices().find((one) => one.choice === choice);
    const because = choice ? `chosen here: ${choice}` : 'Docker context default';
    this.info = {
      ...running,
      product: choice === 'podman' ? 'Podman' : 'Docker',
      version: choice === 'podman' ? '5.3.1' : '27.5.1',
      address: found?.address ?? null,
      chosen_by: because,
    };
    this.happened();
    return this.info;
  }

  must(): void {
    if (this.info.state === 'running') return;
    const { message, hint } = this.info;
    throw { code: 'engine-missing', message, hint };
  }

  page(asked: AskLocalImages): LocalImages {
    this.must();
    const words = asked.text.trim().toLowerCase();
    const found = this.images.filter((one) => {
      if (one.names.length === 0 && !asked.unnamed && !words) return false;
      return [one.id, ...one.names, ...one.digests].join(' ').toLowerCase().includes(words);
    });
    return {
      rows: found.slice(asked.offset, asked.offset + asked.limit),
      total: found.length,
      unnamed: this.images.filter((one) => one.names.length === 0).length,
      bytes: this.images.reduce((sum, one) => sum + one.size, 0),
    };
  }

  find(name: string): LocalImage {
    this.must();
    const found = this.images.find((one) => one.id === name || one.names.includes(name));
    if (found) return found;
    throw { code: 'not-found', message: `The engine has no image ${name}.`, hint: null };
  }

  whole(name: string): LocalImageInfo {
    return {
      image: this.find(name),
      entrypoint: ['/usr/bin/api'],
      command: ['serve'],
      user: '10001',
      ports: ['8080/tcp'],
      environment: ['TZ=UTC', 'PATH=/usr/bin'],
      labels: [
        { name: 'org.opencontainers.image.source', value: 'https://git.example.com/payments/api' },
        { name: 'org.opencontainers.image.title', value: '<b onmouseover=alert(1)>api</b>' },
      ],
      healthcheck: true,
      layers: 7,
    };
  }

  tag(name: string, names: string[]): LocalImageInfo {
    const found = this.find(name);
    for (const one of this.images) one.names = one.names.filter((old) => !names.includes(old));
    found.names = [...found.names, ...names];
    this.happened();
    return this.whole(found.id);
  }

  remove(name: string): { names: string[]; images: string[]; bytes: number } {
    const found = this.find(name);
    if (found.used_by.length > 0 && (name === found.id || found.names.length === 1))
      throw {
        code: 'image-in-use',
        message: `Containers were made of it: ${found.used_by.join(', ')}.`,
        hint: 'Remove those containers first.',
      };
    const whole = name === found.id || found.names.length === 1;
    const names = whole ? found.names : [name];
    found.names = found.names.filter((one) => !names.includes(one));
    if (whole) this.images = this.images.filter((one) => one !== found);
    this.happened();
    return { names, images: whole ? [found.id] : [], bytes: whole ? found.size : 0 };
  }

  prunable(all: boolean): LocalImage[] {
    this.must();
    return this.images.filter((one) => one.used_by.length === 0 && (all || one.names.length === 0));
  }

  add(name: string): LocalImage {
    const fresh = image(name, { created: hoursAgo(0) });
    this.images = [fresh, ...this.images.filter((one) => !one.names.includes(name))];
    this.happened();
    return fresh;
  }
}
