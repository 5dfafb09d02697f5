import { describe, expect, test } from 'vitest';
import { MOST_ROWS, scrollFor, TALLEST, viewOf } from './virtual';

const ROW = 34;
const VIEWPORT = 600;

describe('a very long table', () => {
  test('has at most sixty rows in the document, wherever it is scrolled', () => {
    for (const total of [0, 1, 59, 1_290, 1_000_000])
      for (const part of [0, 0.1, 0.5, 0.999, 1]) {
        const view = viewOf(part * Math.min(total * ROW, TALLEST), VIEWPORT, ROW, total);
        expect(view.end - view.first).toBeLessThanOrEqual(MOST_ROWS);
        expect(view.first).toBeGreaterThanOrEqual(0);
        expect(view.end).toBeLessThanOrEqual(total);
      }
  });

  test('never grows taller than a browser can lay out', () => {
    expect(viewOf(0, VIEWPORT, ROW, 1_000_000).height).toBe(TALLEST);
    expect(viewOf(0, VIEWPORT, ROW, 100).height).toBe(3_400);
  });

  test('shows its first row at the top and its last at the end', () => {
    expect(viewOf(0, VIEWPORT, ROW, 1_000_000)).toMatchObject({ first: 0, top: 0 });
    const most = TALLEST - VIEWPORT;
    const view = viewOf(most, VIEWPORT, ROW, 1_000_000);
    expect(view.end).toBe(1_000_000);
    const bottom = view.top + (view.end - view.first) * ROW;
    expect(bottom).toBeCloseTo(TALLEST, 3);
  });

  test('scrolls to any row so that all of it is seen', () => {
    for (const total of [200, 1_000_000])
      for (const index of [0, 1, 77, total - 2, total - 1]) {
        const scrollTop = scrollFor(index, 5_000, VIEWPORT, ROW, total);
        const view = viewOf(scrollTop, VIEWPORT, ROW, total);
        const top = view.top + (index - view.first) * ROW;
        expect(top).toBeGreaterThanOrEqual(scrollTop - 0.5);
        expect(top + ROW).toBeLessThanOrEqual(scrollTop + VIEWPORT + 0.5);
      }
  });

  test('stays where it is for a row that is seen already', () => {
    expect(scrollFor(5, 100, VIEWPORT, ROW, 200)).toBe(100);
  });
});
