import { describe, expect, it } from 'vitest';
import type { RegistryInfo } from '../../bindings';
import { sampleRegistry } from '../../sample/registries';
import { loginWords, secretWords, transportWords } from './words';

const registry = (over: Partial<RegistryInfo>): RegistryInfo => sampleRegistry('r.example', over);

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
