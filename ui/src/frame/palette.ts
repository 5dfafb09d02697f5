/** Finds actions by what a person types: every word must be in it, the label's beginning first. */
import type { AppAction } from '../state/actions.svelte';

export function find(actions: AppAction[], typed: string): AppAction[] {
  const words = typed.toLowerCase().split(/\s+/).filter(Boolean);
  return actions
    .map((action, at) => ({ action, at, rank: rankOf(action, words) }))
    .filter((found) => found.rank < Infinity)
    .sort((a, b) => a.rank - b.rank || orderOf(a.action) - orderOf(b.action) || a.at - b.at)
    .map((found) => found.action);
}

/** What one looks for most often stands first, where nothing else decides. */
const ORDER = ['Image', 'Go', 'Review'];

function orderOf(action: AppAction): number {
  const at = ORDER.indexOf(action.group);
  return at < 0 ? ORDER.length : at;
}

function rankOf(action: AppAction, words: string[]): number {
  const label = action.label.toLowerCase();
  const all = `${label} ${action.group} ${action.also ?? ''}`.toLowerCase();
  if (!words.every((word) => all.includes(word))) return Infinity;
  const [first] = words;
  if (!first || label.startsWith(first)) return 0;
  if (label.includes(` ${first}`)) return 1;
  return label.includes(first) ? 2 : 3;
}
