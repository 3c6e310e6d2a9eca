// Where one was last time, kept by the node, so that a start leads back there.

import { createEffect, untrack } from "solid-js";

import type { ChannelId, ServerId } from "../../contract";
import type { App } from "../../stores/app";

const KEY = "place";

/** Goes to where one was, else to the first server; notes where one goes from then on. */
export function rememberPlace(app: App): void {
  const restore = async () => {
    if (app.place.server()) return;
    const kept = await app.keep.load<{ server?: ServerId; channel?: ChannelId }>(KEY);
    if (app.place.server() || app.place.view() === "directory") return;
    const channel = app.channels.get(kept?.channel);
    if (channel && app.servers.get(channel.server_id)) {
      app.place.open({ server: channel.server_id, channel: channel.id });
    }
    const server = app.place.server() ?? app.servers.order()[0];
    if (server) await app.enterServer(server);
  };
  restore().catch(app.toasts.fail);

  createEffect(() => {
    const server = app.place.server();
    const channel = app.place.channel();
    if (server && channel) untrack(() => app.keep.save(KEY, { server, channel }));
  });

  // A server that was left, or the first one made elsewhere: somewhere is better than nowhere.
  createEffect(() => {
    const first = app.servers.order()[0];
    if (!app.place.server() && first && app.place.view() === "channel") untrack(() => void restore().catch(app.toasts.fail));
  });
}
