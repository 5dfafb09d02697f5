import { describe, expect, it } from 'vitest';
import type { RegistryInfo } from '../../bindings';
import {
  isPin,
  isToolTag,
  loginWords,
  mediaTypeWords,
  readLayer,
  secretWords,
  transportWords,
} from './words';

const registry = (over: Partial<RegistryInfo>): RegistryInfo => ({
  host: 'r.example',
  username: null,
  secret_place: null,
  plain_http: false,
  ca: null,
  confirmed_realms: [],
  from_docker: null,
  ...over,
});

describe('tags', () => {
  it.each(['golden-20261112T140211Z-31d0aa55bb77', 'qa-20261112140211Z-31d0aa55bb77'])(
    'knows a pin: %s',
    (tag) => expect(isPin(tag)).toBe(true),
  );

  it.each(['golden', '2.8.1', 'golden-2026', 'release-20261112T140211Z', '1.0-31d0aa55bb77'])(
    'takes no version for a pin: %s',
    (tag) => expect(isPin(tag)).toBe(false),
  );

  it('knows the tags that tools keep under a digest’s name', () => {
    expect(isToolTag(`sha256-${'a'.repeat(64)}.sig`)).toBe(true);
    expect(isToolTag('sha256-cool')).toBe(false);
  });
});

describe('a registry in words', () => {
  it('says who, and where the secret lives', () => {
    const mine = registry({ username: 'ines', secret_place: 'Secret Service' });
    expect(loginWords(mine)).toBe('Logged in as ines');
    expect(secretWords(mine)).toBe('Password or token in Secret Service');
  });

  it('says that nothing is kept for anonymous use', () => {
    expect(loginWords(registry({}))).toBe('Used anonymously');
    expect(secretWords(registry({}))).toBe('No secret is kept');
  });

  it('says that Docker’s login is only read', () => {
    const docker = registry({ username: 'ines', from_docker: '~/.docker/config.json' });
    expect(secretWords(docker)).toBe('Read from ~/.docker/config.json, never changed');
    const unnamed = registry({ from_docker: 'Docker’s or Podman’s own login' });
    expect(loginWords(unnamed)).toBe('Logged in by Docker or Podman');
    expect(secretWords(unnamed)).toContain('never changed');
  });

  it('never calls plain http anything else', () => {
    expect(transportWords(registry({ plain_http: true, ca: '/ca.pem' }))).toContain(
      'without encryption',
    );
    expect(transportWords(registry({ ca: '/ca.pem' }))).toBe(
      'https, with the certificate authority /ca.pem',
    );
  });
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
