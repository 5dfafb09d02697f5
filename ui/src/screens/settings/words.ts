/** The settings' choices in words, each with what follows from it. */
import type { HomeScreen, KeyringState, Role, SecretStore, WorkspaceKind } from '../../bindings';

export const stores: { value: SecretStore; label: string; text: string }[] = [
  {
    value: 'keyring',
    label: 'The system’s keyring',
    text: 'Unlocked with your session, encrypted on disk. Best where there is one.',
  },
  {
    value: 'memory',
    label: 'This session’s memory',
    text: 'Nothing is written. At the next start the key and every login are gone, and are made anew.',
  },
  {
    value: 'passphrase-file',
    label: 'A file under a passphrase',
    text: 'Encrypted in the workspace’s folder. You are asked at each start; nobody can recover a lost passphrase.',
  },
];

export const keyringWords: Record<KeyringState, string> = {
  ok: 'Works',
  missing: 'There is none',
  locked: 'Locked',
  broken: 'Does not work',
};

export const workspaceWords: Record<WorkspaceKind, string> = {
  solo: 'Solo, on this machine alone',
  team: 'Shared with a team, through a repository in their registry',
  practice: 'Practice, with a registry inside this program',
};

export const homes: { value: HomeScreen; label: string; text: string }[] = [
  { value: 'approve', label: 'Review', text: 'For approving' },
  { value: 'build', label: 'Registries', text: 'For building' },
  { value: 'audit', label: 'History', text: 'For auditing' },
];

export const roles: { value: Role; label: string; text: string }[] = [
  { value: 'owner', label: 'Owner', text: 'Changes members and rules, and may do everything else' },
  { value: 'approver', label: 'Approver', text: 'Decides and promotes' },
  { value: 'requester', label: 'Requester', text: 'Asks for review' },
  { value: 'auditor', label: 'Auditor', text: 'Reads and verifies' },
  { value: 'ci', label: 'CI', text: 'Attaches evidence and asks for review' },
];

export function roleWords(held: Role[]): string {
  const names = held.map((role) => roles.find((one) => one.value === role)?.label ?? role);
  return names.join(', ') || 'none';
}

/** Why the two passphrases cannot be used; nothing where they can. */
export function passphraseProblem(first: string, second: string): string | null {
  if (first === '') return 'Type a passphrase.';
  if ([...first].length < 8) return 'At least 8 characters; a few words are easy to remember.';
  return first === second ? null : 'The two are not the same.';
}

/** `host/repository`, as a team's workspace is named; nothing where it is one. */
export function repositoryProblem(typed: string): string | null {
  const text = typed.trim();
  if (text === '') return 'Type where it is, such as registry.example.com/team/hallmark.';
  if (/^[a-z]+:\/\//i.test(text)) return 'Without https:// before it.';
  const [name = '', digest] = text.split('@');
  if (digest !== undefined && !/^sha256:[0-9a-f]{64}$/.test(digest))
    return 'What stands after @ is no digest.';
  const [host = '', ...path] = name.split('/');
  if (path.length === 0 || path.some((part) => part === ''))
    return 'A host and a repository, such as registry.example.com/team/hallmark.';
  return host.includes('.') || host.includes(':') || host === 'localhost'
    ? null
    : 'It begins with the registry’s host, such as registry.example.com.';
}

/** Why this is no public key as a person exports it. */
export function keyProblem(pem: string): string | null {
  const text = pem.trim();
  if (text === '') return 'Paste the public key.';
  if (/PRIVATE KEY/.test(text))
    return 'This is a private key. Only its public half is wanted; never give a private key away.';
  return /^-----BEGIN PUBLIC KEY-----[\s\S]+-----END PUBLIC KEY-----$/.test(text)
    ? null
    : 'A public key begins with -----BEGIN PUBLIC KEY-----.';
}
