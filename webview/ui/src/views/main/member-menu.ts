// What can be done with a member: what everybody may, and what one's role allows against somebody below it.

import { say } from "../../catalogue";
import type { MenuItem } from "../../components/menu";
import type { Member, ServerId } from "../../contract";
import type { App } from "../../stores/app";
import { revealed } from "../../text/hidden";

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
  const channel = app.channels.get(app.place.channel());
  if (channel?.server_id === server) {
    items.push({
      label: words.explain,
      icon: "info",
      testid: "menu-explain",
      run: () => app.place.ask({ kind: "explain", channel: channel.id, account }),
    });
  }
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
  if (!me) items.push({ separator: true }, blocking(app, member));
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

/** Not to hear somebody any more, or again. */
function blocking(app: App, member: Member): MenuItem {
  const words = say().memberMenu;
  const account = member.account_id;
  if (app.contacts.blocked(account)) {
    return {
      label: words.unblock,
      icon: "eye",
      testid: "menu-unblock",
      run: () => void app.contacts.block(account, false).catch(app.toasts.fail),
    };
  }
  return {
    label: words.block,
    icon: "ban",
    testid: "menu-block",
    run: () =>
      app.place.ask({
        kind: "confirm",
        title: words.blockTitle(revealed(member.display_name)),
        body: words.blockBody,
        confirm: words.blockNow,
        danger: true,
        run: () => app.contacts.block(account, true).catch(app.toasts.fail),
      }),
  };
}
