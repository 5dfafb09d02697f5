/**
 * The one table from a failure's code to how it is shown: how grave it is, the words above the
 * sentence, and what a person can do from here. "Refused" is the policy's no, "wrong" is something
 * that is not what it says it is, "broken" is the world out of order, "input" is a slip to mend.
 */
import type { Code } from '../bindings';

export type Severity = 'refused' | 'wrong' | 'broken' | 'input' | 'quiet';
export type Action = 'refresh' | 'retry' | 'login' | 'keyring' | 'verify' | 'team' | 'none';

export interface ErrorWords {
  severity: Severity;
  title: string;
  action: Action;
}

const say = (severity: Severity, title: string, action: Action = 'none'): ErrorWords => ({
  severity,
  title,
  action,
});

export const errorTable: Record<Code, ErrorWords> = {
  'policy-refuses': say('refused', 'The policy refuses'),
  'not-approved': say('refused', 'Not approved yet'),
  'changes-requested': say('refused', 'Changes were requested'),
  'not-allowed': say('refused', 'Not for your role'),
  conflict: say('refused', 'Somebody moved it in between', 'refresh'),
  'tag-immutable': say('refused', 'The tag cannot be moved'),
  'not-golden': say('refused', 'Not golden'),
  'kept-for-golden': say('refused', 'A golden image stays'),
  revoked: say('refused', 'Revoked, for good'),
  'evidence-for-another': say('refused', 'Evidence for another image'),
  'wrong-signature': say('wrong', 'Signature does not hold'),
  'workspace-rolled-back': say('wrong', 'The workspace was rolled back', 'team'),
  'history-broken': say('wrong', 'The history does not hold', 'verify'),
  'bad-input': say('input', 'That cannot be read'),
  'bad-report': say('input', 'The report cannot be read'),
  'not-found': say('broken', 'Not found', 'refresh'),
  'wrong-password': say('broken', 'Wrong name or password', 'login'),
  'token-expired': say('broken', 'The token has expired', 'login'),
  'login-needed': say('broken', 'Log in first', 'login'),
  forbidden: say('broken', 'The registry does not allow it', 'login'),
  'no-push-right': say('broken', 'No right to push', 'login'),
  'no-such-host': say('broken', 'No such host', 'login'),
  unreachable: say('broken', 'Not reachable', 'retry'),
  'tls-untrusted': say('broken', 'Certificate not trusted', 'login'),
  'client-certificate': say('broken', 'A client certificate is wanted', 'login'),
  proxy: say('broken', 'The proxy makes no connection', 'login'),
  'helper-failed': say('broken', 'The credential helper failed', 'login'),
  'plain-http': say('broken', 'http and https do not match', 'login'),
  'rate-limited': say('broken', 'Too many requests', 'retry'),
  'realm-needs-confirmation': say('broken', 'A new host asks for your login', 'login'),
  'registry-protocol': say('broken', 'The registry answered against the rules', 'retry'),
  'keyring-missing': say('broken', 'No keyring', 'keyring'),
  'keyring-locked': say('broken', 'The keyring is locked', 'keyring'),
  'keyring-broken': say('broken', 'The keyring does not work', 'keyring'),
  'no-key': say('broken', 'No signing key', 'keyring'),
  'database-unavailable': say('broken', 'The history cannot be opened', 'retry'),
  'database-corrupt': say('broken', 'The history’s file is damaged', 'verify'),
  file: say('broken', 'A file is in the way', 'retry'),
  'workspace-in-use': say('broken', 'The workspace is in use', 'retry'),
  'engine-missing': say('broken', 'No Docker Engine', 'retry'),
  'engine-no-right': say('broken', 'No right to the Docker Engine', 'retry'),
  'engine-lost': say('broken', 'The Docker Engine went away', 'retry'),
  'engine-failed': say('broken', 'The Docker Engine refuses', 'retry'),
  'engine-disk-full': say('broken', 'The engine’s disk is full', 'retry'),
  'engine-untrusting': say('broken', 'The engine does not trust the registry', 'retry'),
  'image-in-use': say('refused', 'A container uses the image'),
  'build-failed': say('broken', 'The build failed'),
  'program-failed': say('broken', 'Another program failed', 'retry'),
  cancelled: say('quiet', 'Cancelled'),
  internal: say('broken', 'Something in Hallmark went wrong', 'retry'),
};

/** What a button for that action says. */
export const actionWords: Record<Exclude<Action, 'none'>, string> = {
  refresh: 'Look again',
  retry: 'Try again',
  login: 'Log in to registry',
  keyring: 'Open keyring settings',
  verify: 'Verify the history',
  team: 'Show the workspace',
};

/** A code this window does not know yet is shown as what it is: our own fault. */
export function errorWords(code: Code): ErrorWords {
  return errorTable[code] ?? errorTable.internal;
}
