import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import App from '../../App.svelte';
import type { SampleHost } from '../../sample';
import { app } from '../../state/app.svelte';
import { confirm } from '../../state/confirm.svelte';
import { queue } from '../../state/queue.svelte';
import { router } from '../../state/router.svelte';
import { toast } from '../../state/toast.svelte';
import { digest12 } from '../../lib/format/digest';
import {
  click,
  failure,
  get,
  press,
  query,
  settle,
  show,
  type,
  until,
  useSample,
} from '../../testing';
import { reviews } from './review.svelte';

let host: SampleHost;
const ctrlEnter = () => press('Enter', { ctrlKey: true });
const called = (name: string) => host.calls.filter(([one]) => one === name).map(([, args]) => args);

async function begin(scene?: string): Promise<void> {
  host = useSample(scene);
  app.kept.clear();
  queue.kept.clear();
  queue.filter = '';
  router.reset({ screen: 'review' });
  reviews.clear();
  reviews.tab = 'evidence';
  confirm.close();
  toast.close();
  show(App, {});
  await settle();
}

async function open(repository: string): Promise<void> {
  const wanted = queue.flat.find((one) => one.repository === repository);
  await click(`candidate-${digest12(wanted?.digest ?? '')}`);
  await until('review');
}

describe('review', () => {
  beforeEach(() => begin());

  test('opens what waits longest', async () => {
    await until('review');
    expect(router.place.image).toBe(queue.kept.value?.waiting[0]?.image);
    expect(get('review').textContent).toContain('web/storefront');
  });

  test('is walked with J and K', async () => {
    const [first, second] = queue.flat;
    await press('j');
    expect(router.place.image).toBe(second?.image);
    await press('k');
    expect(router.place.image).toBe(first?.image);
  });

  test('leaves J and K to a field where one types', async () => {
    get('queue-filter').focus();
    const before = router.place.image;
    await press('j');
    expect(router.place.image).toBe(before);
  });

  test('is filtered from the key for it', async () => {
    await press('/');
    expect(document.activeElement).toBe(get('queue-filter'));
    await type('queue-filter', 'worker');
    expect(document.querySelectorAll('[data-testid^="candidate-"]')).toHaveLength(1);
    await press('Escape');
    expect(queue.filter).toBe('');
  });

  test('shows failing checks with their sentence and who vouches', async () => {
    const check = get('check-no-fixable-high');
    expect(check.dataset.verdict).toBe('fail');
    expect(check.textContent).toContain('CVE-2026-4863');
    expect(check.textContent).toContain('signed by ci@payments');
  });
});

describe('what stands behind the checks', () => {
  beforeEach(async () => {
    await begin();
    await open('payments/worker');
  });

  test('a report is one click away from the check that read it, as text', async () => {
    get('check-tests-pass').querySelector('button')?.click();
    await settle();
    expect(get('report-panel').textContent).toContain('junit.xml');
    expect(get('report-panel').textContent).toContain('<testcase classname="RefundQueue"');
  });

  test('a failed test leads to its line in the report', async () => {
    await click('tab-tests');
    await until('tab-tests');
    const row = document.querySelector<HTMLElement>('[role="row"][aria-rowindex="2"]');
    expect(row?.textContent).toContain('Failed');
    document.querySelector<HTMLElement>('[role="grid"]')?.focus();
    row?.click();
    await settle();
    expect(get('test-panel').textContent).toContain('AssertionFailedError');
    get('test-panel').querySelector<HTMLElement>('[data-testid="open-report"]')?.click();
    await settle();
    expect(query('test-panel')).toBeNull();
    expect(get('report-panel').textContent).toContain('junit.xml');
    expect(called('report_text').at(-1)).toMatchObject({ line: 6 });
    await press('Escape');
    await settle();
    expect(document.activeElement?.getAttribute('role')).toBe('grid');
  });

  test('a table says how many rows it has and holds at most sixty', async () => {
    await click('tab-tests');
    await settle();
    const grid = document.querySelector('[role="grid"]');
    expect(grid?.getAttribute('aria-rowcount')).toBe('656');
    const rows = document.querySelectorAll('[role="row"]').length - 1;
    expect(rows).toBeGreaterThan(5);
    expect(rows).toBeLessThanOrEqual(60);
  });

  test('a report that was picked is attached, and the state is fresh', async () => {
    await click('attach');
    expect((await until('attach-dialog')).textContent).toContain('smoke-tests.xml');
    await click('confirm-attach');
    expect(called('attach')[0]).toMatchObject({ files: ['/home/ines/Downloads/smoke-tests.xml'] });
    expect(get('review').textContent).toContain('smoke-tests.xml');
  });

  test('a report of another image is attached only with the reason why', async () => {
    let asked: string | null = null;
    host.override('attach', (args) => {
      asked = args.because;
      if (!asked) throw failure('evidence-for-another', 'It names sha256:0c9e…4410.');
      return { image: args.image, evidence: [], statements: [], warnings: [] };
    });
    await click('attach');
    await until('attach-dialog');
    await click('confirm-attach');
    await until('error-evidence-for-another');
    expect(get('confirm-attach').getAttribute('aria-disabled')).toBe('true');
    await type('attach-because', 'same layers, built again');
    await click('confirm-attach');
    expect(asked).toBe('same layers, built again');
  });
});

describe('the decision', () => {
  beforeEach(async () => {
    await begin();
    await open('payments/api');
  });

  test('is taken with the keyboard alone: a reason, Ctrl+Enter, and Ctrl+Enter in the dialog', async () => {
    await press('d', { ctrlKey: true });
    expect(document.activeElement).toBe(get('decision-message'));
    await type('decision-message', 'green on both platforms');
    await ctrlEnter();
    const dialog = await until('approve-dialog');
    expect(dialog.textContent).toContain('2.8.0');
    expect(dialog.textContent).toContain('2.8.1');
    expect(dialog.textContent).toContain('green on both platforms');
    expect(called('approve')).toEqual([]);
    await ctrlEnter();
    await until('toast');
    expect(called('approve')).toHaveLength(1);
    expect(called('approve')[0]).toMatchObject({
      message: 'green on both platforms',
      promote: true,
    });
  });

  test('leaves a fresh state at once', async () => {
    await type('decision-message', 'fine');
    await click('approve');
    await click('confirm-approve');
    await until('standing');
    expect(get('standing').textContent).toContain('Promoted to golden');
    expect(queue.kept.value?.waiting.map((one) => one.repository)).not.toContain('payments/api');
    expect(query('approve')).toBeNull();
  });

  test('is never taken by a single key without a modifier', async () => {
    await type('decision-message', 'fine');
    for (const target of ['approve', 'tab-evidence'])
      for (const key of 'abcdefghijklmnopqrstuvwxyz0123456789 '.split('')) {
        (query(target) ?? document.body).focus();
        await press(key);
      }
    expect(called('approve')).toEqual([]);
    expect(called('promote')).toEqual([]);
    expect(query('approve-dialog')).toBeNull();
  }, 30_000);

  test('is not confirmed by Enter or Space on the button itself', async () => {
    await type('decision-message', 'fine');
    await ctrlEnter();
    await until('approve-dialog');
    expect(document.activeElement).not.toBe(get('confirm-approve'));
    for (const key of ['Enter', ' ']) {
      const event = new KeyboardEvent('keydown', { key, bubbles: true, cancelable: true });
      get('confirm-approve').dispatchEvent(event);
      expect(event.defaultPrevented).toBe(true);
    }
    await settle();
    expect(get('approve-dialog').textContent).toContain('Ctrl+Enter confirms.');
    expect(called('approve')).toEqual([]);
  });

  test('needs a reason, and says so where it is missing', async () => {
    await click('approve');
    expect(query('approve-dialog')).toBeNull();
    expect(document.activeElement).toBe(get('decision-message'));
    expect(get('decision-message').getAttribute('aria-invalid')).toBe('true');
  });

  test('gives the focus back when the dialog is left', async () => {
    await type('decision-message', 'fine');
    get('approve').focus();
    await click('approve');
    await until('approve-dialog');
    await press('Escape');
    await settle();
    expect(query('approve-dialog')).toBeNull();
    expect(document.activeElement).toBe(get('approve'));
  });

  test('shows a conflict in the dialog and keeps it open', async () => {
    host.override('approve', () => {
      throw failure('conflict', 'golden was moved to 55aa… in between.');
    });
    await type('decision-message', 'fine');
    await click('approve');
    await click('confirm-approve');
    const note = await until('error-conflict');
    expect(note.getAttribute('role')).toBe('alert');
    expect(note.textContent).toContain('golden was moved');
    expect(query('approve-dialog')).not.toBeNull();
  });

  test('requests changes with what should change, from the same dialog everywhere', async () => {
    await click('request-changes');
    await until('changes-dialog');
    await click('confirm-changes');
    expect(called('request_changes')).toEqual([]);
    await type('changes-message', 'the base image is old');
    await ctrlEnter();
    await settle();
    expect(called('request_changes')[0]).toMatchObject({ message: 'the base image is old' });
    expect(get('review').textContent).toContain('asked for changes');
  });

  test('comments without a dialog', async () => {
    await type('decision-message', 'looks good so far');
    await click('comment');
    expect(called('comment')[0]).toMatchObject({ message: 'looks good so far', promote: false });
    expect((get('decision-message') as HTMLTextAreaElement).value).toBe('');
  });

  test('keeps what was written while other candidates are looked at', async () => {
    await type('decision-message', 'half a thought');
    await open('payments/worker');
    expect((get('decision-message') as HTMLTextAreaElement).value).toBe('');
    await open('payments/api');
    expect((get('decision-message') as HTMLTextAreaElement).value).toBe('half a thought');
  });
});

describe('what the policy refuses', () => {
  beforeEach(() => begin());

  test.each(['web/storefront', 'platform/images/base/debian-hardened', 'payments/worker'])(
    'cannot be approved from any entry, and says why: %s',
    async (repository) => {
      await open(repository);
      await type('decision-message', 'please');
      expect(get('approve').getAttribute('aria-disabled')).toBe('true');
      expect(get('approve-why').textContent).toMatch(/The policy refuses: .+/);
      await click('approve');
      get('decision-message').focus();
      await ctrlEnter();
      expect(query('approve-dialog')).toBeNull();
      expect(called('approve')).toEqual([]);
    },
  );
});

describe('what must be known first', () => {
  beforeEach(async () => {
    await begin('marks');
    await open('payments/api');
  });

  test('a tag that moved, a review that is open again, a statement that is not believed', () => {
    expect(get('moved').textContent).toContain('this review is for another image');
    expect(get('reopened').textContent).toContain('open again');
    expect(get('distrusted').textContent).toContain('1 statement found and not believed');
  });

  test('an approval that is not the last moves nothing and says so', async () => {
    expect(get('approve').textContent).toContain('Approve (1 of 2)');
    await type('decision-message', 'fine');
    await click('approve');
    expect((await until('approve-dialog')).textContent).toContain('Nothing moves yet');
  });

  test('a promotion that was cut off is settled from the status bar', async () => {
    await click('settle');
    expect(toast.message?.text).toContain('is recorded now');
  });
});

describe('a small window', () => {
  const resize = (width: number, height: number) =>
    (
      window as unknown as {
        happyDOM: { setViewport: (size: { width: number; height: number }) => void };
      }
    ).happyDOM.setViewport({ width, height });

  beforeEach(async () => {
    resize(640, 400);
    await begin();
    await until('review');
  });
  afterEach(() => resize(1280, 800));

  test('has the list in a drawer, the checks in a tab and every decision in reach', async () => {
    await click('open-list');
    expect(get('drawer').querySelectorAll('[data-testid^="candidate-"]').length).toBeGreaterThan(3);
    await press('Escape');
    await click('tab-checks');
    expect(get('check-no-fixable-high').textContent).toContain('CVE-2026-4863');
    expect(get('approve-why').textContent).toContain('The policy refuses');
    expect(query('more-decisions')).not.toBeNull();
    expect(query('decision-message')).not.toBeNull();
  });
});

describe('an empty desk', () => {
  test('has buttons that work', async () => {
    await begin('empty');
    await click('open-practice');
    expect(called('open_practice')).toHaveLength(1);
    expect(app.state?.workspace.kind).toBe('practice');
  });
});

describe('a registry that does not answer', () => {
  test('leaves the last known list standing with its time', async () => {
    await begin();
    host.override('queue', () => {
      throw failure('unreachable', 'registry.example.com does not answer.');
    });
    await press('F5');
    expect(get('error-unreachable').textContent).toContain('does not answer');
    expect(document.body.textContent).toContain('Below is what was known');
    expect(document.querySelectorAll('[data-testid^="candidate-"]').length).toBeGreaterThan(3);
  });
});
