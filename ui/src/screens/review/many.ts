/** Many at once: who goes along, and what each has of its own. */
import type { AskApproveMany, GroupMember, Groups } from '../../bindings';

export function members(groups: Groups): GroupMember[] {
  return [...groups.groups.flatMap((group) => group.members), ...groups.alone];
}

/** Those of a group that pass and bring nothing of their own; who stands alone is chosen by hand. */
export function chosenAtFirst(groups: Groups): Set<string> {
  const plain = groups.groups
    .flatMap((group) => group.members)
    .filter((one) => one.why_not === null && one.new.length === 0);
  return new Set(plain.map((one) => one.image));
}

export function manyOf(
  all: GroupMember[],
  chosen: ReadonlySet<string>,
  message: string,
): AskApproveMany {
  const wanted = all.filter((one) => chosen.has(one.image));
  return {
    candidates: wanted.map(({ image, stage, seen, seen_golden }) => ({
      image,
      stage,
      seen,
      seen_golden,
    })),
    message,
  };
}

/** “brings CVE-3 in zlib1g; fixes 2 more” */
export function ownWords(member: Pick<GroupMember, 'fixed' | 'new'>): string {
  const parts = [
    member.new.length > 0 ? `brings ${named(member.new)}` : '',
    member.fixed.length > 0 ? `also fixes ${named(member.fixed)}` : '',
  ];
  const words = parts.filter(Boolean).join('; ');
  return words && words[0]?.toUpperCase() + words.slice(1) + '.';
}

function named(list: string[]): string {
  const more = list.length - 3;
  return list.slice(0, 3).join(', ') + (more > 0 ? ` and ${more} more` : '');
}
