import { svelte } from '@sveltejs/vite-plugin-svelte';
import { defineConfig } from 'vitest/config';

export default defineConfig({
  plugins: [svelte()],
  // Tests run in happy-dom and need Svelte's browser build, not the one for servers.
  resolve: process.env.VITEST ? { conditions: ['browser'] } : {},
  // The window's origin is a custom protocol: every path is relative to it.
  base: './',
  server: { port: 1420, strictPort: true },
  build: {
    target: ['es2022', 'safari16.4'],
    modulePreload: { polyfill: false },
    assetsInlineLimit: 0,
  },
  test: {
    environment: 'happy-dom',
    environmentOptions: { happyDOM: { width: 1280, height: 800 } },
    include: ['src/**/*.test.ts'],
    setupFiles: ['src/test-setup.ts'],
    reporters: ['default'],
    restoreMocks: true,
    // A busy machine is slow, not wrong.
    testTimeout: 20_000,
  },
});
