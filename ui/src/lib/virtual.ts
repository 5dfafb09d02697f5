/**
 * Which rows of a very long table stand in the document. WebKit cannot lay out a box of more than
 * 33 million pixels, half of that at 200 %. So past this height the scrollbar's travel is shorter
 * than the rows: a wheel's step passes over more of them, and every row is still reached.
 */
export const TALLEST = 16_000_000;
export const MOST_ROWS = 60;

export interface View {
  /** First row in the document, and the one after the last. */
  first: number;
  end: number;
  /** Where the first row stands, in pixels from the top of the scrolled box. */
  top: number;
  /** Height of the scrolled box. */
  height: number;
}

export function viewOf(scrollTop: number, viewport: number, row: number, total: number): View {
  const real = total * row;
  const height = Math.min(real, TALLEST);
  const offset = offsetOf(scrollTop, viewport, row, total);
  const visible = Math.ceil(viewport / row) + 1;
  const spare = Math.max(0, Math.min(8, Math.floor((MOST_ROWS - visible) / 2)));
  const first = Math.max(0, Math.min(total, Math.floor(offset / row) - spare));
  const end = Math.min(total, first + Math.min(MOST_ROWS, visible + 2 * spare));
  return { first, end, top: scrollTop - (offset - first * row), height };
}

/** Pixels of rows above the upper edge of what is seen. */
export function offsetOf(scrollTop: number, viewport: number, row: number, total: number): number {
  const real = total * row;
  const height = Math.min(real, TALLEST);
  if (height <= viewport) return 0;
  const most = height - viewport;
  const at = Math.max(0, Math.min(scrollTop, most));
  return height === real ? at : (at / most) * (real - viewport);
}

/** Where to scroll so that a row is seen, moving no more than needed. */
export function scrollFor(
  index: number,
  scrollTop: number,
  viewport: number,
  row: number,
  total: number,
): number {
  const real = total * row;
  const height = Math.min(real, TALLEST);
  const offset = offsetOf(scrollTop, viewport, row, total);
  const top = index * row;
  const wanted = top < offset ? top : top + row > offset + viewport ? top + row - viewport : offset;
  if (height === real || real <= viewport) return wanted;
  return (wanted / (real - viewport)) * (height - viewport);
}
