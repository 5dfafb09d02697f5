// A canary: a secret that is searched for wherever something could have been written or shown, as
// it is and in the forms that it could have leaked in.

import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';

/** The forms of a secret that are searched for: as it is, in base64 wherever it begins, in hex. */
export function forms(secret) {
  const bytes = Buffer.from(secret);
  const shifted = [0, 1, 2].map((before) => {
    const text = Buffer.concat([Buffer.alloc(before), bytes]).toString('base64');
    // Without the letters at both ends that its neighbours have a part in.
    return text.slice(before && 4, Math.floor((before + bytes.length) / 3) * 4);
  });
  return [secret, encodeURIComponent(secret), bytes.toString('hex'), ...shifted].map((form) =>
    Buffer.from(form),
  );
}

/** Whether a text or bytes have the secret in any form. */
export function has(where, secret) {
  const bytes = Buffer.from(where);
  return forms(secret).some((form) => bytes.includes(form));
}

/** The files below a folder that have the secret in them or in their names; and how many there are. */
export function inFolder(folder, secret) {
  const files = readdirSync(folder, { withFileTypes: true, recursive: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath ?? entry.path, entry.name));
  const found = files.filter((file) => has(file, secret) || has(readFileSync(file), secret));
  return { found, looked: files.length };
}

/** From now on the page keeps what the program answers, so that it can be searched. */
export async function listen(browser) {
  await browser.execute(() => {
    if (window.answers) return;
    window.answers = [];
    const real = window.fetch;
    window.fetch = async (...asked) => {
      const reply = await real(...asked);
      const copy = reply.clone();
      copy.text().then((text) => window.answers.push(text));
      return reply;
    };
    window.addEventListener('message', ({ data }) => {
      window.answers.push(typeof data === 'string' ? data : JSON.stringify(data));
    });
  });
}

/** What the page holds: its document, what stands in its fields, its stores, and every answer. */
export async function pageHolds(browser) {
  return browser.execute(() => ({
    document: document.documentElement.outerHTML,
    fields: [...document.querySelectorAll('input, textarea')].map(({ value }) => value).join('\n'),
    localStorage: JSON.stringify({ ...localStorage }),
    sessionStorage: JSON.stringify({ ...sessionStorage }),
    answers: window.answers?.join('\n') ?? '',
  }));
}
