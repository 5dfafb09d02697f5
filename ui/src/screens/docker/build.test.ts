import { beforeEach, describe, expect, test, vi } from 'vitest';
import App from '../../App.svelte';
import type { SampleHost } from '../../sample';
import { FOLDER } from '../../sample/dockerfile';
import { app } from '../../state/app.svelte';
import { confirm } from '../../state/confirm.svelte';
import { queue } from '../../state/queue.svelte';
import { router, type Place } from '../../state/router.svelte';
import { tasks } from '../../state/tasks.svelte';
import { toast } from '../../state/toast.svelte';
import { click, failure, get, query, settle, show, type, until, useSample } from '../../testing';
import { forgetDrafts } from './build-draft.svelte';
import { desk } from './desk.svelte';
import { goesOn, tokens } from './highlight';

let host: SampleHost;
const called = (name: string) => host.calls.filter(([one]) => one === name).map(([, args]) => args);
const text = (testid: string) => get(testid).textContent ?? '';

async function begin(place: Omit<Place, 'screen'>, scene?: string): Promise<void> {
  document.body.replaceChildren();
  host = useSample(scene);
  forgetDrafts();
  app.kept.clear();
  queue.kept.clear();
  confirm.close();
  toast.close();
  desk.close();
  router.reset({ screen: 'review' });
  show(App, {});
  await settle();
  router.go({ screen: 'docker', ...place });
  await settle();
}

describe('a line of a Dockerfile', () => {
  const kinds = (line: string, inside = false) =>
    tokens(line, inside).map(({ kind, text: words }) => [kind, words]);

  test('has its instruction, its flags, its texts and its variables apart', () => {
    expect(kinds('COPY --from=build "$DIR" /app')).toEqual([
      ['keyword', 'COPY'],
      ['plain', ' '],
      ['flag', '--from'],
      ['plain', '=build '],
      ['string', '"$DIR"'],
      ['plain', ' /app'],
    ]);
    expect(kinds('# note')).toEqual([['comment', '# note']]);
    expect(kinds('FROM a AS b')).toContainEqual(['keyword', 'AS']);
  });

  test('that goes on has no instruction, and no text is lost', () => {
    expect(goesOn('RUN a && \\')).toBe(true);
    expect(kinds('  run $X', true)[0]).toEqual(['plain', '  run ']);
    for (const line of ['', 'RUN', 'LABEL a="b" c=${D}', 'x'.repeat(3000)])
      expect(
        tokens(line, false)
          .map((one) => one.text)
          .join(''),
      ).toBe(line);
  });
});

describe('a build', () => {
  beforeEach(async () => {
    await begin({ part: 'build' });
    await click('build-begin');
    await until('dockerfile-text');
    await settle();
  });

  test('says what would be sent and which labels git gives', async () => {
    await vi.waitFor(() => expect(text('build-sends')).toContain('214 files, 3.4 MB'));
    expect(text('build-labels')).toContain('https://git.example.com/shop/cart');
    expect(document.body.textContent).toContain('changes that this revision does not have');
  });

  test('says what fails review with line and remedy, and a click goes to the line', async () => {
    const finding = await until('finding-secret');
    expect(finding.textContent).toContain('Line 4');
    expect(finding.textContent).toContain('--mount=type=secret');
    finding.click();
    await settle();
    const field = get('dockerfile-text') as HTMLTextAreaElement;
    expect(document.activeElement).toBe(field);
    expect(field.value.slice(field.selectionStart, field.selectionEnd)).toBe('ARG NPM_TOKEN');
  });

  test('checks again while it is written', async () => {
    await until('finding-root');
    await type('dockerfile-text', 'FROM node:20\nUSER 10001\n');
    await vi.waitFor(() => expect(query('finding-root')).toBeNull());
    expect(text('findings-summary')).toContain('Nothing here');
  });

  test('without git’s labels says that they are missing', async () => {
    await until('finding-root');
    expect(query('finding-labels')).toBeNull();
    await click('build-git-labels');
    await until('finding-labels');
  });

  test('is asked for with all that was told, and goes on when the page is left', async () => {
    await type('build-tags', 'shop/cart:1.7 registry.example.com/shop/cart:1.7');
    await click('build-no-cache');
    await click('argument-add');
    await type('argument-name-0', 'VERSION');
    await type('argument-value-0', '1.7');
    await click('label-add');
    await type('label-name-0', 'team');
    await type('label-value-0', 'shop');
    await click('secret-add');
    await type('secret-id-0', 'npm');
    await type('secret-value-0', '~/.npmrc');
    await click('build-start');
    await until('job-pane');
    expect(called('build')[0]).toEqual({
      job: router.place.job,
      context: FOLDER,
      dockerfile: null,
      tags: ['shop/cart:1.7', 'registry.example.com/shop/cart:1.7'],
      arguments: [{ name: 'VERSION', value: '1.7' }],
      target: null,
      platforms: [],
      labels: [{ name: 'team', value: 'shop' }],
      git_labels: true,
      secrets: [{ id: 'npm', file: '~/.npmrc', environment: null }],
      no_cache: true,
      pull: false,
      network: null,
    });
    await vi.waitFor(() => expect(text('job-message')).toContain('Built in 4.2 s'));
    await click('made-push');
    await until('push-to-0');
  });

  test('saves what was changed first, and only over what was read', async () => {
    await until('finding-root');
    await type('dockerfile-text', 'FROM node:20\n');
    expect(text('build-start')).toContain('Save and build');
    host.override('dockerfile_save', () => {
      throw failure('conflict', 'It was changed by somebody else meanwhile.');
    });
    await click('build-start');
    await until('error-conflict');
    expect(called('build')).toEqual([]);
    await click('dockerfile-reread');
    await vi.waitFor(() =>
      expect((get('dockerfile-text') as HTMLTextAreaElement).value).toContain('node:latest'),
    );
  });

  test('keeps what was not saved when one looks at another file or page', async () => {
    await until('finding-root');
    await type('dockerfile-text', 'FROM mine\n');
    await click('build-pick-file');
    await vi.waitFor(() => expect(query('dockerfile-missing')).not.toBeNull());
    expect(get('build-start').getAttribute('aria-disabled')).toBe('true');
    expect(text('build-why')).toContain('There is no Dockerfile yet');
    await click('nav-review');
    await click('nav-docker');
    await click('tab-build');
    expect((get('build-context') as HTMLInputElement).value).toBe(FOLDER);
    await type('build-dockerfile', '');
    get('build-dockerfile').dispatchEvent(new FocusEvent('focusout', { bubbles: true }));
    await vi.waitFor(() =>
      expect((get('dockerfile-text') as HTMLTextAreaElement).value).toBe('FROM mine\n'),
    );
  });

  test('begins with a template on a golden image, after asking where there is a text', async () => {
    await until('finding-root');
    get('build-templates').dispatchEvent(
      new PointerEvent('pointerdown', { bubbles: true, button: 0 }),
    );
    await settle();
    const item = [...document.querySelectorAll<HTMLElement>('[role="menuitem"]')].find((one) =>
      one.textContent?.includes('Debian'),
    );
    expect(item?.textContent).toContain('on golden');
    item?.dispatchEvent(new PointerEvent('pointerup', { bubbles: true, button: 0 }));
    item?.click();
    await vi.waitFor(() => expect(confirm.question).not.toBeNull());
    await click('confirm');
    await vi.waitFor(() =>
      expect((get('dockerfile-text') as HTMLTextAreaElement).value).toContain('base-debian@sha256'),
    );
  });

  test('of a folder that is not there says so', async () => {
    await type('build-context', '/missing');
    get('build-context').dispatchEvent(new FocusEvent('focusout', { bubbles: true }));
    await vi.waitFor(() => expect(called('build_context')).toHaveLength(2));
    await vi.waitFor(() => expect(document.body.textContent).toContain('There is no Dockerfile'));
  });
});

describe('jobs', () => {
  test('show a build’s steps with the cache, and its log as text alone', async () => {
    await begin({ part: 'jobs', job: 'build-sample-1' });
    await until('step-4');
    expect(text('step-2')).toContain('From the cache');
    expect(text('step-4')).toContain('line 4');
    await vi.waitFor(() => expect(text('log')).toContain('<img src=x onerror=alert(1)>'));
    expect(get('log').querySelector('img')).toBeNull();
    await click('step-5');
    await vi.waitFor(() => expect(text('log-count')).toContain('0 lines'));
    await click('log-all');
    await vi.waitFor(() => expect(text('log-count')).toContain('42 lines'));
  });

  test('follow what is new', async () => {
    await begin({ part: 'jobs', job: 'build-sample-1' });
    await until('step-4');
    host.docker.jobs.change('build-sample-1', (job) => {
      job.log.push({ step: 4, text: 'one more line', error: false });
      const step = job.view.steps[4];
      if (step) step.state = 'running';
    });
    await vi.waitFor(() => expect(text('log-count')).toContain('43 lines'));
    await vi.waitFor(() => expect(text('step-5')).toContain('Runs'));
  });

  test('that failed name the line of the Dockerfile', async () => {
    await begin({ part: 'jobs', job: 'build-sample-2' });
    const told = await until('error-build-failed');
    expect(told.textContent).toContain('The build failed at line 4');
    expect(told.textContent).toContain('make test');
    expect(document.body.textContent).toContain('JSONArgsRecommended');
  });

  test('of this window lead from the failure to its line', async () => {
    await begin({ part: 'build' });
    await click('build-begin');
    await until('finding-root');
    host.override('build', () => {
      throw failure('build-failed', 'npm ci ended with code 1.');
    });
    await click('build-start');
    await vi.waitFor(() => expect(query('error-build-failed')).not.toBeNull());
    const job = router.place.job ?? '';
    await click('tab-images');
    host.docker.jobs.change(job, (one) => (one.view.problem_line = 6));
    router.go({ screen: 'docker', part: 'jobs', job });
    await until('job-line');
    await vi.waitFor(() => expect(text('job-line-text')).toContain('RUN npm ci'));
    await click('job-line');
    const field = (await until('dockerfile-text')) as HTMLTextAreaElement;
    await vi.waitFor(() =>
      expect(field.value.slice(field.selectionStart, field.selectionEnd)).toBe('RUN npm ci'),
    );
  });

  test('run on in the status bar, which leads to them, and can be stopped there', async () => {
    await begin({ part: 'build' });
    await click('build-begin');
    await until('finding-root');
    let stopped = false;
    const long = host.long;
    host.long = (name, args, task, onProgress) => {
      if (name !== 'build') return long(name, args, task, onProgress);
      host.docker.begin(name, args);
      onProgress({ step: 'RUN npm ci', done: 30, total: 100 });
      return new Promise((_, refuse) => {
        host.cancel = async (one) => {
          stopped = one === task;
          host.docker.cancel(one);
          refuse(failure('cancelled'));
        };
      });
    };
    await type('build-tags', 'shop/cart:2');
    await click('build-start');
    await click('nav-review');
    const bar = document.querySelector('footer');
    expect(bar?.textContent).toContain('Build shop/cart:2');
    expect(bar?.textContent).toContain('30 %');
    await click('task-open');
    expect(router.place).toMatchObject({ screen: 'docker', part: 'jobs' });
    await click('job-cancel');
    await vi.waitFor(() => expect(tasks.running).toEqual([]));
    expect(stopped).toBe(true);
    await vi.waitFor(() => expect(text('job-pane')).toContain('Stopped'));
  });

  test('that ended elsewhere are told in a message that leads to them', async () => {
    await begin({ part: 'build' });
    await click('build-begin');
    await until('finding-root');
    let end: () => void = () => undefined;
    const refused = new Promise<never>((_, refuse) => {
      end = () => refuse(failure('build-failed', 'npm ci ended with code 1.'));
    });
    host.override('build', () => refused);
    await click('build-start');
    router.go({ screen: 'review' });
    await settle();
    end();
    await vi.waitFor(() => expect(toast.message?.text).toContain('npm ci ended with code 1.'));
    expect(toast.message?.action?.label).toBe('Show');
  });

  test('that were refused before they began say why', async () => {
    await begin({ part: 'images', begin: 'pull' });
    host.docker.begin = () => undefined;
    host.override('pull', () => {
      throw failure('bad-input', 'That is no name of an image.');
    });
    await until('pull-image');
    await type('pull-image', 'shop/cart:9');
    await click('pull-submit');
    expect((await until('error-bad-input')).textContent).toContain('no name of an image');
    expect(query('error-not-found')).toBeNull();
  });

  test('of an engine without any have a button to build', async () => {
    await begin({ part: 'jobs' }, 'empty');
    await click('jobs-build');
    expect(router.place.part).toBe('build');
  });
});
