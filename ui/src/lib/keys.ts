/**
 * Keys as text: `Mod+K` is Ctrl+K, and ⌘K on a Mac. Knows which key was pressed and whether it may
 * act there; what it does is not known here.
 */
export const onMac = typeof navigator !== 'undefined' && /Mac|iPhone|iPad/.test(navigator.platform);

type Pressed = Pick<KeyboardEvent, 'key' | 'ctrlKey' | 'metaKey' | 'altKey' | 'shiftKey'>;

export function matchesKeys(event: Pressed, keys: string, mac = onMac): boolean {
  const parts = keys.split('+');
  const key = parts.pop() ?? '';
  const wantsMod = parts.includes('Mod');
  const mod = mac ? event.metaKey : event.ctrlKey;
  const otherMod = mac ? event.ctrlKey : event.metaKey;
  if (mod !== wantsMod || otherMod || event.altKey !== parts.includes('Alt')) return false;
  if (event.key.toLowerCase() !== key.toLowerCase()) return false;
  // A sign such as `?` already says whether Shift was needed, which differs by layout.
  return !isLetter(key) || event.shiftKey === parts.includes('Shift');
}

function isLetter(key: string): boolean {
  return /^[a-z]$/i.test(key) || key.length > 1;
}

/** The parts to show, `Ctrl` `K`. */
export function keyCaps(keys: string, mac = onMac): string[] {
  const names: Record<string, string> = {
    Mod: mac ? '⌘' : 'Ctrl',
    Alt: mac ? '⌥' : 'Alt',
    Escape: 'Esc',
    Enter: '↵',
    ArrowLeft: '←',
  };
  return keys.split('+').map((part) => names[part] ?? part);
}

/** For a sentence: "Ctrl+Enter". */
export function keyWords(keys: string, mac = onMac): string {
  return keys.replace('Mod', mac ? '⌘' : 'Ctrl');
}

/** For `aria-keyshortcuts`. */
export function ariaKeys(keys: string, mac = onMac): string {
  return keys.replace('Mod', mac ? 'Meta' : 'Control');
}

/** Whether typing goes into what has the focus, so that plain letters are not ours. */
export function inField(target: EventTarget | null): boolean {
  if (!(target instanceof HTMLElement)) return false;
  return target.isContentEditable || ['INPUT', 'TEXTAREA', 'SELECT'].includes(target.tagName);
}
