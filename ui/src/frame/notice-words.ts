/** Notices in words. */
import type { Notice } from '../bindings';
import { kindWords } from '../screens/history/kinds';

/** What happened, and to which image. */
export function noticeTitle(notice: Pick<Notice, 'kind' | 'repository' | 'tag'>): string {
  const name = notice.repository.split('/').slice(1).join('/');
  return `${kindWords(notice.kind).words}: ${notice.tag ? `${name} ${notice.tag}` : name}`;
}

export function bellLabel(unseen: number): string {
  if (unseen === 0) return 'Notices, nothing new';
  return unseen === 1 ? 'Notices, 1 new' : `Notices, ${unseen} new`;
}

export function bellCount(unseen: number): string {
  return unseen > 99 ? '99+' : String(unseen);
}
