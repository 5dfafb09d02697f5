// The gate between the page and the shell. Every message passes here before it is encrypted and
// handed over; one that is not a plain call of a command of ours, or of one of the few that the
// window's capability names, stops here. It never changes a message.
'use strict';

const OWN = /^[a-z][a-z0-9_]{0,63}$/;
const TAURI =
  /^plugin:(event\|(listen|unlisten)|window\|set_title|webview\|set_webview_zoom|__TAURI_CHANNEL__\|fetch)$/;

window.__TAURI_ISOLATION_HOOK__ = (message) => {
  const command = message && message.cmd;
  if (typeof command !== 'string' || !(OWN.test(command) || TAURI.test(command))) {
    throw new Error("Hallmark's gate refused a message that is no command of its own");
  }
  return message;
};
