/** Starts the window: chooses who answers, and shows the frame. */
import './base.css';
import { mount } from 'svelte';
import App from './App.svelte';
import { chooseHost, isTauri, tauriHost, type Host } from './lib/host';

async function answering(): Promise<Host | null> {
  if (isTauri()) return tauriHost;
  // Sample data is for working on the window and for its tests: no build for people has it.
  if (import.meta.env.DEV) return (await import('./sample')).sampleHost(location.search);
  return null;
}

const target = document.getElementById('app');
const host = await answering();
if (target && host) {
  chooseHost(host);
  mount(App, { target });
} else if (target) {
  target.textContent =
    'This is the inside of the Hallmark window. Start the program `hallmark-desktop`.';
}
