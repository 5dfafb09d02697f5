/** Every test begins with an empty page. */
import { afterEach } from 'vitest';

afterEach(() => {
  document.body.replaceChildren();
});
