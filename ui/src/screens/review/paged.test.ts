import { describe, expect, test } from 'vitest';
import { failure } from '../../testing';
import { PAGE, Paged } from './paged.svelte';

const numbers =
  (total: number, from = 0) =>
  (offset: number, limit: number) =>
    Promise.resolve({
      rows: Array.from({ length: Math.min(limit, total - offset) }, (_, at) => from + offset + at),
      total,
    });
const turn = () => new Promise((done) => setTimeout(done));

describe('rows that are fetched as they come into view', () => {
  test('begin with the first page alone', async () => {
    const paged = new Paged(numbers(1_000));
    await paged.reload();
    expect(paged.total).toBe(1_000);
    expect(paged.row(PAGE - 1)).toBe(PAGE - 1);
    expect(paged.row(PAGE)).toBeUndefined();
  });

  test('are asked for once, when they are seen', async () => {
    const offsets: number[] = [];
    const paged = new Paged((offset, limit) => {
      offsets.push(offset);
      return numbers(1_000)(offset, limit);
    });
    await paged.reload();
    paged.view(PAGE - 5, PAGE + 5);
    paged.view(PAGE - 4, PAGE + 6);
    await turn();
    expect(offsets).toEqual([0, PAGE]);
    expect(paged.row(PAGE + 1)).toBe(PAGE + 1);
  });

  test('stand until the answer to the new question is there', async () => {
    let source = numbers(10);
    const paged = new Paged((offset, limit) => source(offset, limit));
    await paged.reload();
    source = numbers(3, 500);
    const again = paged.reload();
    expect(paged.row(0)).toBe(0);
    await again;
    expect(paged.row(0)).toBe(500);
    expect(paged.total).toBe(3);
  });

  test('that cannot be fetched are asked for again when they are seen again', async () => {
    let broken = true;
    const paged = new Paged((offset, limit) =>
      offset > 0 && broken ? Promise.reject(failure('unreachable')) : numbers(1_000)(offset, limit),
    );
    await paged.reload();
    paged.view(PAGE, PAGE + 5);
    await turn();
    expect(paged.failure?.code).toBe('unreachable');
    broken = false;
    paged.view(PAGE, PAGE + 5);
    await turn();
    expect(paged.failure).toBeNull();
    expect(paged.row(PAGE)).toBe(PAGE);
  });
});
