// What can be done with a server: from its name, or from its icon in the rail.

import { say } from "../../catalogue";
import type { MenuItem } from "../../components/menu";
import type { Server } from "../../contract";
import type { App } from "../../stores/app";
import { revealed } from "../../text/hidden";

/** The entries one may use. */
export function serverMenu(app: App, server: Server): MenuItem[] {
  const words = say().serverMenu;
  const may = (permission: string) => app.servers.may(server.id, permission);
  const items: MenuItem[] = [];
  if (may("INVITE")) {
    items.push({
      label: words.invite,
      icon: "userPlus",
      testid: "menu-invite",
      run: () => app.place.ask({ kind: "invite", server: server.id }),
    });
  }
  if (may("MANAGE_CHANNEL")) {
    items.push(
      {
        label: words.createChannel,
        icon: "plus",
        testid: "menu-create-channel",
        run: () => app.place.ask({ kind: "create-channel", server: server.id }),
      },
      {
        label: words.createCategory,
        icon: "folder",
        testid: "menu-create-category",
        run: () => app.place.ask({ kind: "create-category", server: server.id }),
      },
    );
  }
  items.push({
    label: words.settings,
    icon: "settings",
    testid: "menu-server-settings",
    run: () => app.place.ask({ kind: "server-settings", server: server.id }),
  });
  items.push({ separator: true });
  items.push(
    { label: words.markRead, icon: "check", testid: "menu-mark-read", run: () => void markServerRead(app, server) },
    {
      label: words.copyId,
      icon: "copy",
      run: () => void navigator.clipboard.writeText(server.id).then(() => app.toasts.tell(say().common.copied)),
    },
    { separator: true },
    {
      label: words.leave,
      icon: "leave",
      danger: true,
      testid: "menu-leave",
      run: () =>
        app.place.ask({
          kind: "confirm",
          title: words.leaveTitle(revealed(server.name)),
          body: server.owners.length === 1 && server.owners[0] === app.identity.me()?.account_id ? words.leaveOwner : words.leaveBody,
          confirm: words.leave,
          danger: true,
          run: async () => {
            await app.client.call("server.leave", { server_id: server.id }, { idempotent: true });
            app.place.leave(server.id);
            app.servers.remove(server.id);
          },
        }),
    },
  );
  return items;
}

async function markServerRead(app: App, server: Server): Promise<void> {
  try {
    for (const channel of app.channels.of(server.id)) {
      if (channel.unread > 0 && channel.last_message_id) await app.channels.markRead(channel.id, channel.last_message_id);
    }
  } catch (thrown) {
    app.toasts.fail(thrown);
  }
}
