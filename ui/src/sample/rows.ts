/** Test cases and findings of a sample image, page by page as the program gives them. */
import type {
  FindingRow,
  FindingsPage,
  FindingsQuery,
  TestRow,
  TestsPage,
  TestsQuery,
} from '../bindings';
import type { Sample } from './images';
import { digestOf } from './time';

const SUITES = ['RefundRounding', 'RefundQueue', 'Ledger', 'Webhooks', 'Currencies', 'Idempotency'];
const DEEDS = [
  'rounds half to even',
  'drains after restart',
  'keeps the order of entries',
  'answers twice with the same body',
  'refuses a negative amount',
  'reads a very old record',
];

export function testRows(sample: Sample): TestRow[] {
  const { failed, skipped, passed } = sample.tests;
  const verdicts = [
    ...Array.from({ length: failed }, () => 'failed'),
    ...Array.from({ length: skipped }, () => 'skipped'),
    ...Array.from({ length: passed }, () => 'passed'),
  ];
  return verdicts.map((verdict, at) => testRow(sample, verdict, at));
}

function testRow(sample: Sample, verdict: string, at: number): TestRow {
  const suite = SUITES[(at + 1) % SUITES.length] ?? '';
  const deed = DEEDS[(at * 7 + 1) % DEEDS.length] ?? '';
  const failed = verdict === 'failed';
  return {
    verdict,
    suite: `com.example.${sample.repository.replace('/', '.')}.${suite}`,
    name: `${suite} › ${deed} [${at + 1}]`,
    duration_s: ((at * 37) % 900) / 1000,
    message: failed
      ? 'expected: <0> but was: <3>, entries left in the queue after 5 s'
      : verdict === 'skipped'
        ? 'needs the sandbox of the card network'
        : null,
    detail: failed
      ? 'org.opentest4j.AssertionFailedError: expected: <0> but was: <3>\n\tat RefundQueueTest.drainsAfterRestart(RefundQueueTest.java:118)\n\tat java.base/java.lang.reflect.Method.invoke(Method.java:580)'
      : null,
    evidence: digestOf(`${sample.repository} junit`),
    line: 12 + at * 3,
  };
}

export function findingRows(sample: Sample): FindingRow[] {
  return sample.findings.map(([severity, id, name, installed, fixed], at) => ({
    severity,
    id,
    package: name,
    installed,
    fixed,
    title: `${name}: a crafted input makes it read past its buffer`,
    status: fixed ? 'fixed' : 'affected',
    url: `https://avd.aquasec.com/nvd/${id.toLowerCase()}`,
    platforms: ['linux/amd64', 'linux/arm64'],
    suppressed: false,
    evidence: [digestOf(`${sample.repository} trivy`)],
    lines: [40 + at * 12],
  }));
}

function wantedTests(sample: Sample, query: TestsQuery): TestRow[] {
  const wanted = testRows(sample).filter(
    (row) =>
      (query.show === 'all' || row.verdict === query.show) &&
      holds(`${row.suite} ${row.name}`, query.text),
  );
  if (query.sort === 'name') wanted.sort((a, b) => a.name.localeCompare(b.name));
  if (query.sort === 'slowest') wanted.sort((a, b) => (b.duration_s ?? -1) - (a.duration_s ?? -1));
  return wanted;
}

export function testsPage(sample: Sample, query: TestsQuery): TestsPage {
  const wanted = wantedTests(sample, query);
  const rows = wanted.slice(query.offset, query.offset + query.limit).map(inPage);
  return { rows, total: wanted.length };
}

export function findingsPage(sample: Sample, query: FindingsQuery): FindingsPage {
  const wanted = findingRows(sample).filter(
    (row) =>
      (query.show === 'all' || row.fixed !== null) &&
      holds(`${row.id} ${row.package} ${row.title}`, query.text),
  );
  return { rows: wanted.slice(query.offset, query.offset + query.limit), total: wanted.length };
}

/** As a page gives it, without what only the panel shows. */
const inPage = (row: TestRow): TestRow => ({ ...row, detail: null });

export function wholeTest(sample: Sample, query: TestsQuery): TestRow {
  return found(wantedTests(sample, query)[query.offset]);
}

export function wholeFinding(sample: Sample, query: FindingsQuery): FindingRow {
  return found(findingsPage(sample, { ...query, limit: 1 }).rows[0]);
}

function found<T>(row: T | undefined): T {
  if (row) return row;
  throw { code: 'not-found', message: 'this row is not there any more', hint: null };
}

function holds(text: string, part: string | null): boolean {
  return text.toLowerCase().includes((part ?? '').toLowerCase());
}
