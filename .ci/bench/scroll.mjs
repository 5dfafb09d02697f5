// What runs in the page while it is measured: opening a list, and scrolling one at an even pace.
// Each function is sent there whole, so it uses nothing of this file.

/** Clicks a tab; tells the milliseconds until the list below it has rows and they are painted. */
export function firstRows(tab, grid, done) {
  const began = performance.now();
  const filled = () => document.querySelector(`${grid} .line [role="gridcell"]`)?.innerText.trim();
  const look = () => {
    if (filled()) requestAnimationFrame(() => done(performance.now() - began));
    else requestAnimationFrame(look);
  };
  document.querySelector(tab).click();
  requestAnimationFrame(look);
}

/** Scrolls a box for five seconds, 3,000 px a second; tells each frame's time and the most rows. */
export function scrollFrames(box, row, done) {
  const [pace, seconds] = [3000, 5];
  const list = document.querySelector(box);
  const frames = [];
  let rows = 0;
  let began = null;
  let last = null;
  const step = (now) => {
    began ??= now;
    if (last !== null) frames.push(now - last);
    last = now;
    rows = Math.max(rows, list.querySelectorAll(row).length);
    list.scrollTop = ((now - began) / 1000) * pace;
    if (now - began < seconds * 1000) requestAnimationFrame(step);
    else done({ frames, rows });
  };
  requestAnimationFrame(step);
}

/** Puts a list of 600 plain lines into an empty page, in a box as large as the window's own list. */
export function plainList() {
  const list = document.createElement('div');
  list.id = 'list';
  Object.assign(list.style, { height: '400px', width: '600px', overflow: 'auto' });
  for (let at = 0; at < 600; at += 1) {
    const line = document.createElement('div');
    line.className = 'line';
    line.style.height = '34px';
    line.textContent = `CVE-2026-${at} libssl3 3.0.17-1 3.0.18-1`;
    list.append(line);
  }
  document.body.append(list);
}
