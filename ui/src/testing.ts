/** Helpers for tests of components: show one, find things, press keys, let everything settle. */
import { flushSync, mount, unmount, type Component } from 'svelte';
import { onTestFinished, vi } from 'vitest';
import { chooseHost, type Failure } from './lib/host';
import { sampleHost, type SampleHost } from './sample';

/** Answers from sample data, in the given scene, from now on. */
export function useSample(scene = 'practice'): SampleHost {
  const host = sampleHost(`?scene=${scene}`, 0);
  chooseHost(host);
  return host;
}

export function show<P extends Record<string, unknown>>(component: Component<P>, props: P): void {
  const shown = mount(component, { target: document.body, props });
  flushSync();
  onTestFinished(() => void unmount(shown));
}

/** Lets promises, effects and short timers run out. */
export async function settle(): Promise<void> {
  for (let turn = 0; turn < 6; turn += 1) {
    await new Promise((done) => setTimeout(done));
    flushSync();
  }
}

export function query(testid: string): HTMLElement | null {
  return document.querySelector(`[data-testid="${testid}"]`);
}

export function get(testid: string): HTMLElement {
  const found = query(testid);
  if (!found) throw new Error(`nothing is called ${testid}`);
  return found;
}

/** Waits until something of that name is there. */
export async function until(testid: string): Promise<HTMLElement> {
  return vi.waitFor(() => get(testid));
}

export async function click(testid: string): Promise<void> {
  get(testid).click();
  await settle();
}

export async function type(testid: string, text: string): Promise<void> {
  const field = get(testid) as HTMLInputElement;
  field.focus();
  field.value = text;
  field.dispatchEvent(new Event('input', { bubbles: true }));
  await settle();
}

/** Presses a key where the focus is. */
export async function press(key: string, modifiers: KeyboardEventInit = {}): Promise<void> {
  const target = document.activeElement ?? document.body;
  target.dispatchEvent(
    new KeyboardEvent('keydown', { key, bubbles: true, cancelable: true, ...modifiers }),
  );
  await settle();
}

export const failure = (code: Failure['code'], message = 'It did not work.'): Failure => ({
  code,
  message,
  hint: null,
});
