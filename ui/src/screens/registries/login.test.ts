import { describe, expect, it } from 'vitest';
import type { Code, Error as Failure } from '../../bindings';
import { hostProblem, inTheDialog, isLoopback, readHost, realmOf, tokenAdvice } from './login';

const failure = (code: Code, message = 'It failed.'): Failure => ({
  code,
  message,
  hint: 'as told',
});

describe('a registry’s host', () => {
  it('is read out of an address that was pasted', () => {
    expect(readHost(' https://Registry.Example.com:5000/v2/ ')).toEqual({
      host: 'registry.example.com:5000',
      note: 'Taken as registry.example.com:5000',
    });
  });

  it('is read out of an image’s name', () => {
    expect(readHost('ghcr.io/team/app:1.0').host).toBe('ghcr.io');
  });

  it('stays as it is where it is one', () => {
    expect(readHost('localhost:5000')).toEqual({ host: 'localhost:5000', note: null });
  });

  it('drops a name and password that stand in the address', () => {
    expect(readHost('https://ines:secret@registry.example.com/v2').host).toBe(
      'registry.example.com',
    );
  });

  it.each(['', 'two words', '-x', 'a..b/', 'http:'])('is refused where it is none: %j', (typed) => {
    expect(hostProblem(typed)).not.toBeNull();
  });

  it.each(['docker.io', 'localhost:5000', '127.0.0.1:41234', '[::1]:5000', 'r'])(
    'is taken where it is one: %s',
    (typed) => expect(hostProblem(typed)).toBeNull(),
  );

  it('is this machine only where it really is', () => {
    expect(isLoopback('127.0.0.1:5000')).toBe(true);
    expect(isLoopback('localhost')).toBe(true);
    expect(isLoopback('localhost.example.com')).toBe(false);
    expect(isLoopback('127.0.0.1.example.com')).toBe(false);
  });
});

describe('advice on tokens', () => {
  it.each([
    ['docker.io', 'Docker Hub'],
    ['registry-1.docker.io', 'Docker Hub'],
    ['ghcr.io', 'GitHub Container Registry'],
    ['registry.gitlab.com', 'GitLab'],
    ['quay.io', 'Quay'],
    ['123456789012.dkr.ecr.eu-central-1.amazonaws.com', 'Amazon ECR'],
    ['europe-docker.pkg.dev', 'Google Artifact Registry'],
    ['team.azurecr.io', 'Azure Container Registry'],
  ])('is given for %s', (host, name) => expect(tokenAdvice(host)?.name).toBe(name));

  it('is not given for hosts that only look alike', () => {
    expect(tokenAdvice('notghcr.io')).toBeNull();
    expect(tokenAdvice('docker.io.example.com')).toBeNull();
    expect(tokenAdvice('registry.example.com')).toBeNull();
  });

  it('leads to https only', () => {
    const urls = ['docker.io', 'ghcr.io', 'registry.gitlab.com', 'quay.io'].map(
      (host) => tokenAdvice(host)?.url ?? '',
    );
    expect(urls.every((url) => url.startsWith('https://'))).toBe(true);
  });
});

describe('what to do about a failure', () => {
  const codes: Code[] = [
    'wrong-password',
    'login-needed',
    'no-such-host',
    'unreachable',
    'tls-untrusted',
    'plain-http',
    'rate-limited',
  ];

  it('is another sentence for each', () => {
    const hints = codes.map((code) => inTheDialog(failure(code), 'r.example', false).hint);
    expect(new Set(hints).size).toBe(codes.length);
  });

  it('names no option of the command line', () => {
    for (const code of codes) {
      expect(inTheDialog(failure(code), 'r.example', false).hint).not.toContain('--');
    }
  });

  it('says the opposite where http was tried and https is spoken', () => {
    const off = inTheDialog(failure('plain-http'), 'r.example', false).hint;
    const on = inTheDialog(failure('plain-http'), 'r.example', true).hint;
    expect(off).toContain('tick “plain http”');
    expect(on).toContain('take the tick');
  });

  it('suggests the token of that registry after a wrong password', () => {
    expect(inTheDialog(failure('wrong-password'), 'docker.io', false).hint).toContain('a token');
  });

  it('keeps the hint of a failure that is not this dialog’s', () => {
    expect(inTheDialog(failure('keyring-locked'), 'r.example', false).hint).toBe('as told');
  });
});

describe('a server that wants the login', () => {
  it('is read out of the sentence, as its whole origin', () => {
    const asked = failure(
      'realm-needs-confirmation',
      'r.example wants logins sent to another server, https://auth.example.com:8443.',
    );
    expect(realmOf(asked)).toBe('https://auth.example.com:8443');
  });

  it('is none where the sentence names none, or where another thing failed', () => {
    expect(realmOf(failure('realm-needs-confirmation', 'no address'))).toBeNull();
    expect(realmOf(failure('unreachable', 'https://auth.example.com'))).toBeNull();
  });
});
