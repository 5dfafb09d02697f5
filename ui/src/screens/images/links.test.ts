import { expect, it } from 'vitest';
import { linkProblem } from './links';

it.each(['', 'https://ci.example.com/run/4412', ' https://tickets.example.com/PAY-981 '])(
  'takes %j',
  (link) => expect(linkProblem(link)).toBeNull(),
);

it.each([
  'ci/4412',
  'http://ci.example.com',
  'javascript:alert(1)',
  'https://ines:pw@ci.example.com',
])('refuses %j with a reason', (link) => expect(linkProblem(link)).toMatch(/\.$/));
