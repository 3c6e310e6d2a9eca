// What can be done with a member: what everybody may, and what one's role allows against somebody below it.

import { say } from "../../catalogue";
import type { MenuItem } from "../../components/menu";
import type { Member, ServerId } from "../../contract";
import type { App } from "../../stores/app";

/** The entries one may use. */
export function memberMenu(app: App, server: ServerId, member: Member): MenuItem[] {
  const words = say().memberMenu;
  const account = member.account_id;
  const me = app.identity.me()?.account_id === account;
  const above = (app.servers.get(server)?.level ?? 0) > member.level;
  const may = (permission: string) => !me && above && app.servers.may(server, permission);
  const items: MenuItem[] = [
    { label: words.profile, icon: "user", run: () => app.place.show({ kind: "profile", server, account }) },
  ];
  if (app.servers.may(server, "GRANT")) {
    items.push({
      label: words.roles,
      icon: "shield",
      testid: "menu-member-roles",
      run: () => app.place.ask({ kind: "server-settings", server, page: "members" }),
    });
  }
  const strict: MenuItem[] = [];
  if (may("MUTE")) {
    strict.push({ label: words.timeout, icon: "timer", testid: "menu-timeout", run: () => app.place.ask({ kind: "timeout", server, account }) });
  }
  if (may("KICK")) {
    strict.push({
      label: words.kick,
      icon: "leave",
      danger: true,
      testid: "menu-kick",
      run: () => app.place.ask({ kind: "expel", act: "kick", server, account }),
    });
  }
  if (may("BAN")) {
    strict.push({
      label: words.ban,
      icon: "ban",
      danger: true,
      testid: "menu-ban",
      run: () => app.place.ask({ kind: "expel", act: "ban", server, account }),
    });
  }
  if (strict.length > 0) items.push({ separator: true }, ...strict);
  items.push(
    { separator: true },
    {
      label: words.copyId,
      icon: "copy",
      run: () => void navigator.clipboard.writeText(account).then(() => app.toasts.tell(say().common.copied)),
    },
  );
  return items;
}
