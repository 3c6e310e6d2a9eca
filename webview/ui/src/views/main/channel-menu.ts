// What can be done with a channel or a category.

import { say } from "../../catalogue";
import type { MenuItem } from "../../components/menu";
import type { Channel } from "../../contract";
import type { App } from "../../stores/app";

/** The entries one may use. */
export function channelMenu(app: App, channel: Channel): MenuItem[] {
  const words = say().channelMenu;
  const may = (permission: string) => app.servers.may(channel.server_id, permission);
  const items: MenuItem[] = [];
  if (channel.kind !== "category") {
    const { last_message_id } = channel;
    items.push(
      {
        label: words.markRead,
        icon: "check",
        disabled: channel.unread === 0 || !last_message_id,
        testid: "menu-channel-read",
        run: () => {
          if (last_message_id) app.channels.markRead(channel.id, last_message_id).catch(app.toasts.fail);
        },
      },
      {
        label: channel.muted ? words.unmute : words.mute,
        icon: channel.muted ? "bell" : "bellOff",
        testid: "menu-channel-mute",
        run: () => {
          const muted = !channel.muted;
          app.client
            .call("channel.mute", { channel_id: channel.id, muted }, { idempotent: true })
            .then(app.channels.put)
            .catch(app.toasts.fail);
        },
      },
    );
  }
  if (channel.kind === "category" && may("MANAGE_CHANNEL")) {
    items.push({
      label: words.createChannel,
      icon: "plus",
      run: () => app.place.ask({ kind: "create-channel", server: channel.server_id, parent: channel.id }),
    });
  }
  if (may("MANAGE_CHANNEL")) {
    items.push({
      label: channel.kind === "category" ? words.editCategory : words.edit,
      icon: "settings",
      testid: "menu-channel-edit",
      run: () => app.place.ask({ kind: "edit-channel", channel: channel.id }),
    });
  }
  items.push({
    label: words.copyId,
    icon: "copy",
    run: () => void navigator.clipboard.writeText(channel.id).then(() => app.toasts.tell(say().common.copied)),
  });
  return items;
}
