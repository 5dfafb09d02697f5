// Says that the page is drawn, as Hallmark's own does.
requestAnimationFrame(() =>
  requestAnimationFrame(() => window.__TAURI_INTERNALS__.invoke('window_ready')),
);
