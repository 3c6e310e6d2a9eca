// The four columns: servers, channels, talk, people or a panel. On a narrow window the outer ones slide over the talk.

import { createEffect, createSignal, type JSX, Match, on, onCleanup, Show, Switch } from "solid-js";

import { say } from "../../catalogue";
import { Button, IconButton } from "../../components/button";
import { Empty } from "../../components/states";
import { keepBadge } from "../../shell/badge";
import { onNotificationChosen } from "../../shell/bridge";
import { broughtLink, linkTaken } from "../../shell/link";
import { goToTag } from "../../shell/notify";
import { useApp } from "../../stores/app";
import { ChannelView } from "../channel/channel";
import { DialogHost } from "../dialogs/host";
import { PanelHost } from "../panels/host";
import { Banner } from "./banner";
import { ChannelColumn } from "./channels";
import { Directory } from "./directory";
import { installKeys } from "./keys";
import { isNarrow } from "./narrow";
import { MemberColumn } from "./members";
import { rememberPlace } from "./remember";
import { Rail } from "./rail";

/** The chat. */
export function Main(): JSX.Element {
  const app = useApp();
  const [drawer, setDrawer] = createSignal(false);

  keepBadge(app);
  installKeys(app);
  rememberPlace(app);
  onCleanup(onNotificationChosen((tag) => goToTag(app, tag)));
  createEffect(() => {
    const link = broughtLink();
    if (!link) return;
    linkTaken();
    app.place.ask({ kind: "join-server", link });
  });
  // Having chosen where to go, one wants to see it.
  createEffect(on([app.place.channel, app.place.view], () => setDrawer(false), { defer: true }));

  const sideOpen = () => app.place.panel() !== null || (app.prefs.now.members && app.place.channel() !== null && app.place.view() === "channel");

  return (
    <div
      class="shell"
      classList={{ narrow: isNarrow(), "drawer-open": drawer(), "side-open": sideOpen() && !(isNarrow() && app.place.panel() === null) }}
    >
      <Banner />
      <div class="columns" inert={isNarrow() && !drawer()}>
        <Rail />
        <ChannelColumn />
      </div>
      <Show when={isNarrow() && drawer()}>
        <button type="button" class="scrim" aria-label={say().common.close} onClick={() => setDrawer(false)} />
      </Show>
      <Switch>
        <Match when={app.place.view() === "directory"}>
          <Directory menu={<MenuButton onOpen={() => setDrawer(true)} shown={isNarrow()} />} />
        </Match>
        <Match when={app.place.channel()} keyed>
          {(channel) => <ChannelView channel={channel} menu={<MenuButton onOpen={() => setDrawer(true)} shown={isNarrow()} />} />}
        </Match>
        <Match when={true}>
          <Nowhere menu={<MenuButton onOpen={() => setDrawer(true)} shown={isNarrow()} />} />
        </Match>
      </Switch>
      <Show
        when={app.place.panel()}
        fallback={
          <Show when={sideOpen() && !isNarrow() && app.place.server()} keyed>
            {(server) => <MemberColumn server={server} />}
          </Show>
        }
      >
        {(panel) => <PanelHost panel={panel()} />}
      </Show>
      <DialogHost />
    </div>
  );
}

function MenuButton(props: { onOpen: () => void; shown: boolean }): JSX.Element {
  return (
    <Show when={props.shown}>
      <IconButton icon="menu" label={say().main.openChannels} testid="open-channels" onClick={() => props.onOpen()} />
    </Show>
  );
}

/** No server, or a server without a channel one may see. */
function Nowhere(props: { menu: JSX.Element }): JSX.Element {
  const app = useApp();
  const words = () => say().main.nowhere;
  return (
    <main class="talk" data-landmark="messages" aria-label={say().main.landmark.messages}>
      <header class="head">{props.menu}</header>
      <Show
        when={app.place.server()}
        fallback={
          <Empty icon="compass" title={words().title} text={words().text}>
            <Button tone="primary" icon="plus" onClick={() => app.place.ask({ kind: "create-server" })}>
              {words().create}
            </Button>
            <Button icon="link" onClick={() => app.place.ask({ kind: "join-server" })}>
              {words().join}
            </Button>
            <Button icon="compass" onClick={() => app.place.openDirectory()}>
              {words().browse}
            </Button>
          </Empty>
        }
      >
        <Empty icon="hash" title={words().noChannel} text={words().noChannelText} />
      </Show>
    </main>
  );
}
