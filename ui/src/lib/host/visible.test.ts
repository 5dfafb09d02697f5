import { describe, expect, test } from 'vitest';
import { failure, useSample } from '../../testing';
import { host, type Progress } from '.';
import { visible } from './visible';

const RIGHT_TO_LEFT = '\u202e';

describe('a text', () => {
  test.each([
    ['an override of the direction', 'gpj\u202etxt.exe', 'gpj\\u{202e}txt.exe'],
    ['an isolate', '\u2066a\u2069', '\\u{2066}a\\u{2069}'],
    ['a mark of the direction', 'a\u200fb\u061c', 'a\\u{200f}b\\u{61c}'],
    ['what has no width', 'o\u200bpen\u2060ssl\ufeff', 'o\\u{200b}pen\\u{2060}ssl\\u{feff}'],
    ['a soft hyphen', 'open\xadssl', 'open\\u{ad}ssl'],
    ['a control character', '\0\x1b[31m\x7f\x9b', '\\u{0}\\u{1b}[31m\\u{7f}\\u{9b}'],
    ['a separator of lines', 'a\u2028b\u2029', 'a\\u{2028}b\\u{2029}'],
    ['a tag', 'a\u{e0041}', 'a\\u{e0041}'],
    ['the end of a line alone', 'forged\rname', 'forged\\u{d}name'],
  ])('shows %s', (_, text, shown) => expect(visible(text)).toBe(shown));

  test.each([
    ['lines and tabs', 'one\n\ttwo\r\nthree'],
    ['emoji that are joined', '👩‍🔧 ❤️ 🏳️‍🌈'],
    ['words from right to left', 'تقرير שלום'],
    ['Persian that does not join', 'می‌خواهم'],
    ['markup, which is only text', '<img src=x onerror=alert(1)>'],
  ])('keeps %s', (_, text) => expect(visible(text)).toBe(text));
});

describe('an answer', () => {
  test('is shown in every text, however deep, and in the names of labels', () => {
    const answer = { rows: [{ name: `a${RIGHT_TO_LEFT}` }, null, 1], labels: { '\u200b': ['\0'] } };
    expect(visible(answer)).toEqual({
      rows: [{ name: 'a\\u{202e}' }, null, 1],
      labels: { '\\u{200b}': ['\\u{0}'] },
    });
  });

  test('that has nothing to show is the very same', () => {
    const answer = { rows: [{ name: 'a' }], labels: {} };
    expect(visible(answer)).toBe(answer);
  });

  test('shares what has nothing to show with the one that came', () => {
    const plain = { name: 'a' };
    const answer = visible([plain, { name: RIGHT_TO_LEFT }]);
    expect(answer[0]).toBe(plain);
  });

  test('cannot name a prototype', () => {
    const answer = visible(JSON.parse('{"__proto__":{"a":"\\u202e"}}') as object);
    expect(Object.getPrototypeOf(answer)).toBe(Object.prototype);
    expect(Object.keys(answer)).toEqual(['__proto__']);
  });
});

describe('the host', () => {
  test('answers visibly', async () => {
    useSample().override('public_key', () => `key${RIGHT_TO_LEFT}`);
    expect(await host().call('public_key')).toBe('key\\u{202e}');
  });

  test('fails visibly', async () => {
    useSample().override('public_key', () => {
      throw failure('internal', `no ${RIGHT_TO_LEFT}`);
    });
    await expect(host().call('public_key')).rejects.toEqual(failure('internal', 'no \\u{202e}'));
  });

  test('tells visibly how far it is', async () => {
    const own = useSample();
    own.long = (_name, _args, _task, onProgress) => {
      onProgress({ step: `Reading ${RIGHT_TO_LEFT}`, done: 0, total: 1 });
      return Promise.reject(failure('cancelled', `left ${RIGHT_TO_LEFT}`));
    };
    const heard: Progress[] = [];
    const asked = host().long('drift', null, 'task', (progress) => heard.push(progress));
    await expect(asked).rejects.toEqual(failure('cancelled', 'left \\u{202e}'));
    expect(heard).toEqual([{ step: 'Reading \\u{202e}', done: 0, total: 1 }]);
  });

  test('is asked for what it was asked, letter by letter', async () => {
    const own = useSample();
    own.override('guess_kind', () => null as never);
    await host().call('guess_kind', RIGHT_TO_LEFT);
    expect(own.calls).toEqual([['guess_kind', RIGHT_TO_LEFT]]);
  });

  test('keeps whatever else it can', () => {
    const own = useSample();
    expect(host()).toMatchObject({ cancel: own.cancel, onFocus: own.onFocus, title: own.title });
  });
});
