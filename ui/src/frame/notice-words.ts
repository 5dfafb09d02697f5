/** Notices in words. */
import type { Notice } from '../bindings';

const titles: Record<string, string> = {
  request: 'Review asked for',
  approve: 'Approved',
  'request-changes': 'Changes requested',
  comment: 'Comment',
  withdraw: 'Taken back',
  promotion: 'Promoted',
  rollback: 'Rolled back',
  revocation: 'Revoked',
};

/** What happened, and to which image. */
export function noticeTitle(notice: Pick<Notice, 'kind' | 'repository' | 'tag'>): string {
  const name = notice.repository.split('/').slice(1).join('/');
  return `${titles[notice.kind] ?? notice.kind}: ${notice.tag ? `${name} ${notice.tag}` : name}`;
}

export function bellLabel(unseen: number): string {
  if (unseen === 0) return 'Notices, nothing new';
  return unseen === 1 ? 'Notices, 1 new' : `Notices, ${unseen} new`;
}

export function bellCount(unseen: number): string {
  return unseen > 99 ? '99+' : String(unseen);
}
