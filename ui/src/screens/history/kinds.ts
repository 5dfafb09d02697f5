/** The kinds of entry in words and signs, and the groups that the chips choose by. */
import ArrowRight from '@lucide/svelte/icons/arrow-right';
import Ban from '@lucide/svelte/icons/ban';
import Check from '@lucide/svelte/icons/check';
import CircleAlert from '@lucide/svelte/icons/circle-alert';
import CircleSlash from '@lucide/svelte/icons/circle-slash';
import Diamond from '@lucide/svelte/icons/diamond';
import FileText from '@lucide/svelte/icons/file-text';
import FolderInput from '@lucide/svelte/icons/folder-input';
import Hourglass from '@lucide/svelte/icons/hourglass';
import Inbox from '@lucide/svelte/icons/inbox';
import LogIn from '@lucide/svelte/icons/log-in';
import LogOut from '@lucide/svelte/icons/log-out';
import MessageSquare from '@lucide/svelte/icons/message-square';
import Paperclip from '@lucide/svelte/icons/paperclip';
import Shuffle from '@lucide/svelte/icons/shuffle';
import Trash2 from '@lucide/svelte/icons/trash-2';
import ScrollText from '@lucide/svelte/icons/scroll-text';
import Undo2 from '@lucide/svelte/icons/undo-2';
import UserPlus from '@lucide/svelte/icons/user-plus';
import Users from '@lucide/svelte/icons/users';
import Wrench from '@lucide/svelte/icons/wrench';
import X from '@lucide/svelte/icons/x';
import type { Component } from 'svelte';

export type Tone = 'gold' | 'pass' | 'fail' | 'warn' | 'plain';

export interface KindWords {
  words: string;
  icon: Component<{ size?: number; fill?: string; 'aria-hidden'?: 'true' }>;
  tone: Tone;
}

const say = (words: string, icon: unknown, tone: Tone = 'plain'): KindWords => ({
  words,
  icon: icon as KindWords['icon'],
  tone,
});

const kinds: Record<string, KindWords> = {
  promotion: say('Promoted', ArrowRight),
  approve: say('Approved', Check, 'pass'),
  'request-changes': say('Changes requested', X, 'fail'),
  comment: say('Commented', MessageSquare),
  withdraw: say('Withdrawn', CircleSlash),
  rollback: say('Rolled back', Undo2, 'warn'),
  revocation: say('Revoked', Ban, 'fail'),
  adoption: say('Adopted, not approved', FolderInput),
  'adoption-list': say('Adoption signed', ScrollText),
  evidence: say('Evidence attached', Paperclip),
  request: say('Review asked for', Inbox),
  waiver: say('Finding waived', Hourglass, 'warn'),
  'waiver-end': say('Waiver ended', Undo2),
  refusal: say('Refused', Ban, 'fail'),
  conflict: say('Conflict', CircleAlert, 'warn'),
  settle: say('Settled', Wrench),
  summary: say('Summary signed', ScrollText),
  workspace: say('Workspace changed', Users),
  member: say('Member changed', UserPlus),
  login: say('Logged in', LogIn),
  logout: say('Logged out', LogOut),
  drift: say('Drift found', Shuffle, 'warn'),
  deletion: say('Deleted', Trash2, 'warn'),
};

/** A kind this window does not know yet is shown by its own name. */
export function kindWords(kind: string): KindWords {
  return kinds[kind] ?? say(kind, FileText);
}

/** What an entry says: a promotion to golden is golden, and gold is for nothing else. */
export function whatWords(entry: {
  kind: string;
  tag: string | null;
  stage?: string | null;
}): KindWords {
  if (entry.kind !== 'promotion') return kindWords(entry.kind);
  const stage = entry.stage ?? entry.tag;
  if (stage === 'golden') return say('Promoted to golden', Diamond, 'gold');
  return stage ? say(`Promoted to ${stage}`, ArrowRight) : kindWords('promotion');
}

export type ChipName =
  'all' | 'promotions' | 'decisions' | 'rollbacks' | 'evidence' | 'requests' | 'refusals' | 'mine';

/** What each chip asks for; nothing asks for every kind. */
export const chipKinds: Record<ChipName, string[] | null> = {
  all: null,
  promotions: ['promotion', 'settle', 'adoption', 'adoption-list'],
  decisions: ['approve', 'request-changes', 'comment', 'waiver', 'waiver-end'],
  rollbacks: ['rollback', 'revocation'],
  evidence: ['evidence'],
  requests: ['request', 'withdraw'],
  refusals: ['refusal', 'conflict', 'drift'],
  mine: null,
};

export const chips: { value: ChipName; label: string }[] = [
  { value: 'all', label: 'All' },
  { value: 'promotions', label: 'Promotions' },
  { value: 'decisions', label: 'Decisions' },
  { value: 'rollbacks', label: 'Rollbacks' },
  { value: 'evidence', label: 'Evidence' },
  { value: 'requests', label: 'Requests' },
  { value: 'refusals', label: 'Refusals' },
  { value: 'mine', label: 'By me' },
];
