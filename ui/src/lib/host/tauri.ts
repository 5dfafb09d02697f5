/** The real program, through Tauri's bridge. This folder alone imports `@tauri-apps`. */
import { Channel, invoke, isTauri } from '@tauri-apps/api/core';
import { getCurrentWindow } from '@tauri-apps/api/window';
import type { Host, Progress } from './host';

export { isTauri };

export const tauriHost: Host = {
  call: (name, ...args) => invoke(name, args.length > 0 ? { args: args[0] } : {}),
  long: (name, args, task, onProgress) => {
    const progress = new Channel<Progress>(onProgress);
    return invoke(name, args === null ? { task, progress } : { args, task, progress });
  },
  cancel: (task) => invoke('cancel', { task }),
  title: (text) => {
    document.title = text;
    // A window that may not be named keeps the name it has; nothing hangs on it.
    getCurrentWindow()
      .setTitle(text)
      .catch(() => undefined);
  },
  ready: () => void invoke('window_ready').catch(() => undefined),
  onFocus: (callback) => {
    window.addEventListener('focus', callback);
    return () => window.removeEventListener('focus', callback);
  },
};
