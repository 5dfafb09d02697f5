import { describe, expect, it } from 'vitest';
import type { Code, Error as Failure, RegistryKindInfo } from '../../bindings';
import { sampleKinds } from '../../sample/registries';
import {
  hostProblem,
  inTheDialog,
  isLoopback,
  looksLikeHost,
  matchingKinds,
  readHost,
  tokenLink,
} from './login';

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

describe('the kinds', () => {
  it('are found by words of their name, and by their host', () => {
    const found = (typed: string) => matchingKinds(sampleKinds, typed).map((kind) => kind.kind);
    expect(found('docker hub')).toEqual(['hub']);
    expect(found('google art')).toEqual(['google-artifact-registry']);
    expect(found('ghcr.io')).toEqual(['ghcr']);
    expect(found('nothing of the kind')).toEqual([]);
    expect(found('')).toHaveLength(12);
  });

  it('are left for a host that was typed', () => {
    expect(looksLikeHost('https://r.example.com/v2')).toBe(true);
    expect(looksLikeHost('localhost:5000')).toBe(true);
    expect(looksLikeHost('harbor')).toBe(false);
    expect(looksLikeHost('two words.')).toBe(false);
  });

  it('lead to the token’s page of that very host, and to https alone', () => {
    const harbor = sampleKinds.find((kind) => kind.kind === 'harbor') as RegistryKindInfo;
    expect(tokenLink(harbor, 'harbor.team.io')).toBe('https://harbor.team.io/harbor/projects');
    expect(tokenLink(harbor, '')).toBeNull();
    expect(tokenLink(harbor, 'not a host')).toBeNull();
  });
});

describe('what to do about a failure', () => {
  const codes: Code[] = [
    'wrong-password',
    'token-expired',
    'client-certificate',
    'proxy',
    'helper-failed',
    'login-needed',
    'no-such-host',
    'unreachable',
    'tls-untrusted',
    'plain-http',
    'rate-limited',
  ];

  it('is another sentence for each', () => {
    const hints = codes.map((code) => inTheDialog(failure(code), false, false).hint);
    expect(new Set(hints).size).toBe(codes.length);
  });

  it('names no option of the command line', () => {
    for (const code of codes) {
      expect(inTheDialog(failure(code), false, false).hint).not.toContain('--');
    }
  });

  it('says the opposite where http was tried and https is spoken', () => {
    const off = inTheDialog(failure('plain-http'), false, false).hint;
    const on = inTheDialog(failure('plain-http'), false, true).hint;
    expect(off).toContain('tick “plain http”');
    expect(on).toContain('take the tick');
  });

  it('suggests the token of that registry after a wrong password', () => {
    expect(inTheDialog(failure('wrong-password'), true, false).hint).toContain('a token');
  });

  it('keeps the hint of a failure that is not this dialog’s', () => {
    expect(inTheDialog(failure('keyring-locked'), false, false).hint).toBe('as told');
  });
});
