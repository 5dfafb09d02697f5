import { beforeEach, describe, expect, test } from 'vitest';
import App from '../../App.svelte';
import type { SampleHost } from '../../sample';
import { app } from '../../state/app.svelte';
import { confirm } from '../../state/confirm.svelte';
import { queue } from '../../state/queue.svelte';
import { router } from '../../state/router.svelte';
import { toast } from '../../state/toast.svelte';
import { click, get, query, settle, show, type, until, useSample } from '../../testing';

let host: SampleHost;
const called = (name: string) => host.calls.filter(([one]) => one === name).map(([, args]) => args);
const rows = () => [...document.querySelectorAll<HTMLElement>('[data-testid="line"]')];

async function begin(scene?: string): Promise<void> {
  host = useSample(scene);
  app.kept.clear();
  queue.kept.clear();
  confirm.close();
  toast.close();
  router.reset({ screen: 'review' });
  show(App, {});
  await settle();
  router.go({ screen: 'pipelines' });
  await settle();
}

/** Past the pause after which the program is asked what the fields come to. */
async function answered(): Promise<void> {
  await new Promise((done) => setTimeout(done, 200));
  await settle();
}

describe('the lines', () => {
  test('say what stands where, what waits, what drifted and what was refused', async () => {
    await begin();
    const text = (name: string) =>
      rows().find((row) => row.dataset.repository?.endsWith(name))?.textContent ?? '';
    expect(text('payments/api')).toContain('2.8.0');
    expect(text('payments/api')).toContain('prod.example.com/golden/payments/api');
    expect(text('payments/api')).toContain('waits for it');
    expect(text('payments/ledger')).toContain('Drifted');
    expect(text('shop/web')).toContain('Refused');
    expect(text('base/alpine')).toContain('tags stay');
    expect(text('base/alpine')).toContain('Cannot be told');
  });

  test('are there from the history first, and each is asked for when it is seen', async () => {
    await begin();
    expect(called('pipeline_lines')).toEqual([{ look: false }, { look: true }]);
    expect(called('pipeline_line').length).toBe(4);
  });

  test('are a few in the document, however many there are', async () => {
    await begin('many');
    expect(rows().length).toBeGreaterThan(3);
    expect(rows().length).toBeLessThan(61);
    expect(called('pipeline_line').length).toBeLessThan(61);
  });

  test('are narrowed by words, and the filter is cleared by a button', async () => {
    await begin();
    await type('pipelines-filter', 'drift ledger');
    expect(rows().map((row) => row.dataset.repository)).toEqual(['127.0.0.1:5000/payments/ledger']);
    await type('pipelines-filter', 'nowhere');
    expect(rows()).toEqual([]);
    expect(document.body.textContent).toContain('Nothing matches');
  });

  test('have a button where there is none', async () => {
    await begin('empty');
    expect(document.body.textContent).toContain('No line yet');
  });
});

describe('the editor', () => {
  beforeEach(async () => {
    await begin();
    await click('pipelines-edit');
    await answered();
  });

  test('says what a pipeline does, and what is wrong at its field', async () => {
    const said = () =>
      document.querySelector('[data-testid="pipelines-editor"]')?.textContent ?? '';
    expect(said()).toContain('golden places prod and 1.2.3-golden at prod.example.com');
    await type('stage-tags-2', '{verison}');
    await answered();
    expect(said()).toContain('“{verison}” is no placeholder here; {version} is.');
    expect(get('editor-save').getAttribute('aria-disabled')).toBe('true');
  });

  test('moves a stage with a button, and saves after the difference was shown', async () => {
    await click('stage-later-0');
    await answered();
    expect((get('stage-name-0') as HTMLInputElement).value).toBe('qa');
    await click('stage-earlier-1');
    await type('stage-tags-0', 'dev, edge');
    await answered();
    await click('editor-save');
    await until('save-dialog');
    expect(get('save-dialog').textContent).toContain('tags = ["dev", "edge"]');
    expect(called('pipelines_save')).toEqual([]);
    await click('confirm-save');
    await settle();
    const [saved] = called('pipelines_save') as [{ pipelines: { stages: unknown[] }[] }];
    expect(saved.pipelines[0]?.stages[0]).toEqual({ name: 'dev', tags: ['dev', 'edge'] });
    expect(query('pipelines-editor')).toBeNull();
  });

  test('adds a stage and a pipeline, and takes them away', async () => {
    await click('stage-add');
    await answered();
    expect(query('stage-form-3')).not.toBeNull();
    await click('stage-remove-3');
    expect(query('stage-form-3')).toBeNull();
    await click('pipeline-add');
    await answered();
    expect(document.body.textContent).toContain('names no repository');
    await click('pipeline-remove');
    expect(query('pipeline-1')).toBeNull();
  });
});
