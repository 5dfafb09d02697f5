/** Rules about the window's own source that no compiler checks. */
import { describe, expect, test } from 'vitest';

const sources = import.meta.glob<string>(
  ['./**/*.{ts,svelte,css}', '!./bindings/**', '!./**/*.test.ts'],
  {
    query: '?raw',
    import: 'default',
    eager: true,
  },
);
const files = Object.entries(sources);
const holding = (pattern: RegExp) =>
  files.filter(([, text]) => pattern.test(text)).map(([name]) => name);

describe('the house', () => {
  test('lets one folder alone import Tauri', () => {
    const found = holding(/from '@tauri-apps\//);
    expect(found.length).toBeGreaterThan(0);
    expect(found.every((name) => name.startsWith('./lib/host/'))).toBe(true);
  });

  test('has no style in its markup, which the content security policy forbids', () => {
    expect(holding(/<[a-z][^>]* style="/)).toEqual([]);
  });

  test('never treats foreign text as markup', () => {
    expect(holding(/\{@html|innerHTML/)).toEqual([]);
  });

  test('keeps gold for what is golden and for Approve', () => {
    const allowed = [
      './tokens.css',
      './lib/components/Button.svelte',
      './lib/components/Chip.svelte',
      './screens/first-run/FirstRun.svelte',
      './screens/golden/Mark.svelte',
      './screens/review/',
      './screens/history/',
      './screens/pipelines/StageCard.svelte',
      './screens/registries/',
    ];
    const found = holding(/var\(--(on-)?gold/);
    expect(found.filter((name) => !allowed.some((one) => name.startsWith(one)))).toEqual([]);
  });

  test('has no text smaller than 12 px', () => {
    const small = /font(-size)?:[^;]*\b([0-9]|1[01])(\.\d+)?px/;
    expect(holding(small)).toEqual([]);
  });

  test('keeps every file under 400 lines', () => {
    const long = files.filter(([, text]) => text.split('\n').length > 400).map(([name]) => name);
    expect(long).toEqual([]);
  });

  test('asks for sample data in development alone', () => {
    const found = holding(/from '[./]*\/sample'|import\('[./]*\/sample'\)/);
    expect(found.sort()).toEqual(['./main.ts', './testing.ts']);
    expect(sources['./main.ts']).toMatch(/import\.meta\.env\.DEV.*import\('\.\/sample'\)/);
  });
});
