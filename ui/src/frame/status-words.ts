/** What the status bar says of each part, and how good that is. */
import type { EngineInfo, Error as Failure, Status } from '../bindings';
import { count } from '../lib/format/number';

export interface StatusItem {
  tone: 'good' | 'warn' | 'bad' | 'plain';
  text: string;
  title: string;
}

const starting = (what: string): StatusItem => ({
  tone: 'plain',
  text: `${what}: starting`,
  title: `${what} has not answered yet`,
});

const unread = (what: string, failure: Failure): StatusItem => ({
  tone: 'bad',
  text: `${what}: not readable`,
  title: failure.message,
});

export function keyringWords(status: Status | null, failure: Failure | null): StatusItem {
  if (!status) return failure ? unread('Keyring', failure) : starting('Keyring');
  const { state, place, problem } = status.keyring;
  if (state === 'ok') return { tone: 'good', text: place, title: `Secrets live in ${place}` };
  const words = { missing: 'missing', locked: 'locked', broken: 'not working' }[state];
  return { tone: 'bad', text: `Keyring ${words}`, title: problem ?? `Keyring ${words}` };
}

export function registryWords(status: Status | null, failure: Failure | null): StatusItem {
  if (!status) return failure ? unread('Registries', failure) : starting('Registries');
  const all = status.registries;
  const failing = all.filter((registry) => registry.state === 'failing');
  const title = all.map((one) => `${one.host}: ${one.problem ?? reachWords[one.state]}`).join('\n');
  const [first] = failing;
  if (first) {
    const text = failing.length === 1 ? `${first.host} fails` : `${failing.length} registries fail`;
    return { tone: 'bad', text, title };
  }
  if (all.length === 0)
    return { tone: 'plain', text: 'No registry yet', title: 'Log in to a registry' };
  const tone = all.every((registry) => registry.state === 'ok') ? 'good' : 'plain';
  const text = all.length === 1 ? (all[0]?.host ?? '') : `${all.length} registries`;
  return { tone, text, title };
}

const engineTones = {
  running: 'good',
  starting: 'plain',
  missing: 'warn',
  'no-right': 'warn',
  'too-old': 'warn',
  broken: 'bad',
} as const;

/** "Starting" is not "missing", and neither is "not asked yet". */
export function engineWords(engine: EngineInfo | null, failure: Failure | null): StatusItem {
  if (!engine) return failure ? unread('Docker', failure) : starting('Docker');
  const product = engine.product ?? 'Docker';
  const words = {
    running: [product, engine.version].filter(Boolean).join(' '),
    starting: 'Docker Engine: starting',
    missing: 'No Docker Engine',
    'no-right': 'Docker Engine: no right',
    'too-old': 'Docker Engine too old',
    broken: 'Docker Engine not working',
  };
  const title = [engine.message, engine.hint, engine.address, engine.chosen_by];
  return {
    tone: engineTones[engine.state],
    text: words[engine.state],
    title: title.filter(Boolean).join('\n'),
  };
}

/** Tags that somebody moved; nothing where none is known to be. */
export function driftWords(status: Status | null): StatusItem | null {
  const drifted = status?.drifted ?? 0;
  if (drifted === 0) return null;
  return {
    tone: 'warn',
    text: drifted === 1 ? '1 tag drifted' : `${count(drifted)} tags drifted`,
    title: 'They name something else than what was put there, when they were last looked at',
  };
}

const reachWords = { untried: 'not tried yet', ok: 'reached', failing: 'fails' } as const;

export function historyWords(
  status: Status | null,
  failure: Failure | null,
  when: (at: string) => string,
): StatusItem {
  if (!status) return failure ? unread('History', failure) : starting('History');
  const { entries, verified_to, verified_at, problem } = status.history;
  if (problem) return { tone: 'bad', text: 'History does not hold', title: problem };
  const many = `History ${count(entries)} ${entries === 1 ? 'entry' : 'entries'}`;
  if (verified_to === null || !verified_at)
    return { tone: 'plain', text: `${many}, not verified yet`, title: 'Verify it in History' };
  const all = verified_to >= entries;
  const upTo = all ? 'verified' : `verified to ${count(verified_to)}`;
  return {
    tone: all ? 'good' : 'plain',
    text: `${many}, ${upTo} ${when(verified_at)}`,
    title: `Every entry up to ${count(verified_to)} was checked`,
  };
}
