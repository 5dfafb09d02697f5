// The adding up fails closed. Run by `make lint`, since a broken sum would hide broken tests.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { judge, readCargo, readNode, readVitest } from './test.mjs';

const CARGO = `
     Running unittests src/lib.rs (target/debug/deps/hallmark_image-1)
test result: ok. 12 passed; 0 failed; 1 ignored; 0 measured; 0 filtered out; finished in 0.1s
     Running tests/promote.rs (target/debug/deps/promote-2)
test result: FAILED. 3 passed; 2 failed; 0 ignored; 0 measured; 0 filtered out; finished in 0.1s
   Doc-tests hallmark_image
test result: ok. 0 passed; 0 failed; 0 ignored; 0 measured; 0 filtered out; finished in 0.0s
`;

test("cargo's results are added up over its binaries", () => {
  const { passed, failed } = readCargo(CARGO, ['promote.rs']);
  assert.deepEqual([passed, failed], [15, 2]);
});

test('a file of flows that ran no test is a failure', () => {
  assert.equal(readCargo(CARGO, ['promote.rs', 'verify.rs']).failed, 3);
});

test("vitest's results are read, and a file that cannot be loaded counts", () => {
  assert.deepEqual(readVitest(' Test Files  3 passed (3)\n      Tests  12 passed (12)\n'), {
    passed: 12,
    failed: 0,
  });
  assert.deepEqual(
    readVitest(' Test Files  1 failed | 2 passed (3)\n      Tests  12 passed (12)\n'),
    { passed: 12, failed: 1 },
  );
  assert.deepEqual(readVitest('      Tests  2 failed | 10 passed | 1 skipped (13)\n'), {
    passed: 10,
    failed: 2,
  });
});

test("a cancelled test of Node's runner is a failure", () => {
  assert.deepEqual(readNode('# pass 4\n# fail 1\n# cancelled 2\n'), { passed: 4, failed: 3 });
});

test('a runner that crashes, hangs, or has no test is a failure', () => {
  const step = { name: 'window', read: readNode };
  assert.equal(judge(step, { code: 0, late: false, text: '# pass 1\n' }).failed, 0);
  assert.equal(judge(step, { code: 1, late: false, text: '# pass 1\n' }).failed, 1);
  assert.equal(judge(step, { code: 'SIGKILL', late: true, text: '# pass 1\n' }).failed, 1);
  assert.equal(judge(step, { code: 0, late: false, text: '' }).failed, 1);
  assert.equal(
    judge({ name: 'build', gate: true }, { code: 101, late: false, text: '' }).failed,
    1,
  );
});
