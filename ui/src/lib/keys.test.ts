import { describe, expect, test } from 'vitest';
import { inField, keyCaps, matchesKeys } from './keys';

const pressed = (key: string, modifiers: Partial<KeyboardEvent> = {}) => ({
  key,
  ctrlKey: false,
  metaKey: false,
  altKey: false,
  shiftKey: false,
  ...modifiers,
});

describe('keys', () => {
  test('need exactly their modifiers', () => {
    expect(matchesKeys(pressed('k', { ctrlKey: true }), 'Mod+K', false)).toBe(true);
    expect(matchesKeys(pressed('k'), 'Mod+K', false)).toBe(false);
    expect(matchesKeys(pressed('k', { ctrlKey: true, altKey: true }), 'Mod+K', false)).toBe(false);
    expect(matchesKeys(pressed('K', { shiftKey: true }), 'K', false)).toBe(false);
    expect(matchesKeys(pressed('Enter', { ctrlKey: true }), 'Mod+Enter', false)).toBe(true);
  });

  test('mean the command key on a Mac', () => {
    expect(matchesKeys(pressed('k', { metaKey: true }), 'Mod+K', true)).toBe(true);
    expect(matchesKeys(pressed('k', { ctrlKey: true }), 'Mod+K', true)).toBe(false);
    expect(keyCaps('Mod+K', true)).toEqual(['⌘', 'K']);
  });

  test('that are signs work however a layout makes them', () => {
    expect(matchesKeys(pressed('?', { ctrlKey: true, shiftKey: true }), 'Mod+?', false)).toBe(true);
    expect(matchesKeys(pressed('/', { shiftKey: true }), '/', false)).toBe(true);
  });

  test('are a field’s own where one types', () => {
    expect(inField(document.createElement('textarea'))).toBe(true);
    expect(inField(document.createElement('button'))).toBe(false);
    expect(inField(null)).toBe(false);
  });
});
