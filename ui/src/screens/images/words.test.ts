import { describe, expect, it } from 'vitest';
import { badgeWords, isPin, mediaTypeWords, readLayer, stepWords } from './words';

describe('tags', () => {
  it.each(['golden-20261112T140211Z-31d0aa55bb77', 'qa-20261112140211Z-31d0aa55bb77'])(
    'knows a pin: %s',
    (tag) => expect(isPin(tag)).toBe(true),
  );

  it.each(['golden', '2.8.1', 'golden-2026', 'release-20261112T140211Z', '1.0-31d0aa55bb77'])(
    'takes no version for a pin: %s',
    (tag) => expect(isPin(tag)).toBe(false),
  );
});

describe('what came over the bridge', () => {
  it('is a layer only where it has a digest and a size', () => {
    expect(readLayer({ digest: 'sha256:aa', size: 3, mediaType: 'x' })?.size).toBe(3);
    expect(readLayer({ digest: 'sha256:aa' })).toBeNull();
    expect(readLayer(null)).toBeNull();
  });

  it('shows a media type that is not known as it is', () => {
    expect(mediaTypeWords('application/x-other')).toBe('application/x-other');
  });
});

describe('a step of a build', () => {
  it.each([
    ['/bin/sh -c #(nop)  CMD ["bash"]', 'CMD ["bash"]'],
    ['RUN /bin/sh -c apt-get update # buildkit', 'RUN apt-get update'],
    ['RUN |1 V=2 /bin/sh -c make # buildkit', 'RUN make'],
    ['COPY /src /app # buildkit', 'COPY /src /app'],
    ['/bin/sh -c make', 'RUN make'],
  ])('is what was written: %s', (said, words) => expect(stepWords(said)).toBe(words));

  it('that is not told says so', () => expect(stepWords(null)).toBe('Not said'));
});

describe('a badge', () => {
  const badge = { stage: 'golden', text: '' };
  it('names the stage, and says what is wrong with it', () => {
    expect(badgeWords({ ...badge, kind: 'at' })).toBe('golden');
    expect(badgeWords({ ...badge, kind: 'drifted' })).toBe('golden drifted');
    expect(badgeWords({ ...badge, kind: 'revoked' })).toBe('revoked');
    expect(badgeWords({ ...badge, kind: 'adopted' })).toBe('golden, adopted');
  });
});
