// Members as the column shows them: by their highest role, online first, then by name; who is away comes last.

import { say } from "../../catalogue";
import type { Member } from "../../contract";

/** Members under one heading. */
export interface MemberGroup {
  key: string;
  title: string;
  members: Member[];
}

/** Roles every server has, highest first. */
const BUILT_IN = ["owner", "steward", "admin", "mod"] as const;

/** Groups members. */
export function memberGroups(members: Member[]): MemberGroup[] {
  const words = say().roles;
  const sorted = [...members].sort((a, b) => a.display_name.localeCompare(b.display_name));
  const online = sorted.filter((member) => member.online);
  const groups: MemberGroup[] = [];
  const placed = new Set<string>();
  for (const role of BUILT_IN) {
    const holders = online.filter((member) => !placed.has(member.account_id) && member.roles.includes(role));
    for (const holder of holders) placed.add(holder.account_id);
    if (holders.length > 0) groups.push({ key: role, title: words.plural[role], members: holders });
  }
  const others = online.filter((member) => !placed.has(member.account_id));
  if (others.length > 0) groups.push({ key: "online", title: words.online, members: others });
  const away = sorted.filter((member) => !member.online);
  if (away.length > 0) groups.push({ key: "offline", title: words.offline, members: away });
  return groups;
}
