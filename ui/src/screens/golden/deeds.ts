/** What can be done in the catalogue, for the palette and the keys; and what is said of it. */
import type { DriftCounts, GoldenRow } from '../../bindings';
import { count, plural } from '../../lib/format/number';
import type { AppAction } from '../../state/actions.svelte';
import { toast, type ToastMessage } from '../../state/toast.svelte';

export interface Deeds {
  search: () => void;
  /** Nothing where no image is open. */
  copy: (() => void) | null;
  look: () => void;
  adopt: () => void;
}

export function goldenActions(deeds: Deeds): AppAction[] {
  const group = 'Golden';
  return [
    { id: 'golden-search', label: 'Search golden images', group, keys: '/', run: deeds.search },
    {
      id: 'golden-copy',
      label: 'Copy the FROM line of the open image',
      group,
      keys: 'Mod+Shift+C',
      also: 'dockerfile build digest',
      disabled: deeds.copy ? null : 'Open an image first.',
      run: () => deeds.copy?.(),
    },
    {
      id: 'golden-drift',
      label: 'Look at every tag now',
      group,
      also: 'drift moved check',
      run: deeds.look,
    },
    {
      id: 'golden-adopt',
      label: 'Adopt what is golden already…',
      group,
      also: 'production import csv',
      run: deeds.adopt,
    },
  ];
}

export async function copyLine(row: GoldenRow | undefined): Promise<void> {
  if (!row) return;
  try {
    await navigator.clipboard.writeText(row.from);
    toast.show({ tone: 'done', text: `Copied: ${row.from}` });
  } catch {
    toast.show({ tone: 'problem', text: 'The clipboard did not take it.' });
  }
}

/** What a look at every tag found; figures that add up. */
export function lookedWords({ tags, drifted, unknown }: DriftCounts): ToastMessage {
  const seen = tags - unknown;
  const verb = seen === 1 ? 'is where it was put' : 'are where they were put';
  const words =
    drifted === 0
      ? `${plural(seen, 'tag')} ${verb}.`
      : `${plural(drifted, 'tag')} of ${count(tags)} drifted.`;
  const rest = unknown > 0 ? ` ${count(unknown)} could not be looked at.` : '';
  return { tone: drifted + unknown > 0 ? 'problem' : 'done', text: words + rest };
}
