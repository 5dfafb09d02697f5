import { describe, expect, it } from 'vitest';
import { keyProblem, passphraseProblem, repositoryProblem, roleWords } from './words';

describe('a passphrase', () => {
  it('is refused where it is short, and where the two differ', () => {
    expect(passphraseProblem('', '')).toContain('Type');
    expect(passphraseProblem('short', 'short')).toContain('8 characters');
    expect(passphraseProblem('four plain words', 'four plain word')).toContain('not the same');
    expect(passphraseProblem('four plain words', 'four plain words')).toBeNull();
  });
});

describe('a workspace repository', () => {
  const digest = `sha256:${'a'.repeat(64)}`;
  it.each([
    'registry.example.com/team/hallmark',
    'localhost:5000/hallmark',
    `r.example/h@${digest}`,
  ])('is taken: %s', (text) => expect(repositoryProblem(text)).toBeNull());
  it.each([
    '',
    'https://r.example/h',
    'team/hallmark',
    'r.example',
    'r.example//h',
    'r.example/h@sha256:1',
  ])('is refused with a reason: %j', (text) => expect(repositoryProblem(text)).toMatch(/\.$/));
});

describe('a member’s key', () => {
  it('is never a private one', () => {
    const pem = '-----BEGIN PRIVATE KEY-----\nMIG\n-----END PRIVATE KEY-----';
    expect(keyProblem(pem)).toContain('never give a private key away');
  });

  it('is a public key in PEM', () => {
    expect(keyProblem('-----BEGIN PUBLIC KEY-----\nMFk\n-----END PUBLIC KEY-----\n')).toBeNull();
    expect(keyProblem('ssh-ed25519 AAAA')).not.toBeNull();
    expect(keyProblem('')).not.toBeNull();
  });

  it('holds roles in words', () => {
    expect(roleWords(['owner', 'ci'])).toBe('Owner, CI');
    expect(roleWords([])).toBe('none');
  });
});
