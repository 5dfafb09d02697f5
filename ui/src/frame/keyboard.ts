/** Takes keys from the whole window to the actions they stand for. */
import { inField, matchesKeys } from '../lib/keys';
import { actions } from '../state/actions.svelte';

export function onKey(event: KeyboardEvent): void {
  if (event.defaultPrevented || event.isComposing) return;
  const typing = inField(event.target);
  const covered = document.querySelector('[role="dialog"][data-state="open"], [role="menu"]');
  const action = actions.all.find(
    (one) => one.keys && !one.disabled && matchesKeys(event, one.keys),
  );
  if (!action) return;
  // The browser's own meaning of the key, such as loading the page anew, is never wanted.
  if (event.ctrlKey || event.metaKey || event.key === 'F5') event.preventDefault();
  if (covered || (typing && !action.inFields)) return;
  event.preventDefault();
  action.run();
}
