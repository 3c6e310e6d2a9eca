// Lines between messages: the beginning, days, what is new, what is missing.

import { type JSX, Show } from "solid-js";

import { say } from "../../catalogue";
import { Button } from "../../components/button";
import { Name } from "../../components/name";
import type { Gap } from "../../contract";
import { Icon } from "../../icons/icon";
import { useApp } from "../../stores/app";
import { day } from "../../stores/time";
import { channelIcon } from "../main/channels";
import { PublicLine } from "../main/public-line";
import { useTalk } from "./talk";

/** The first line of a channel. */
export function IntroRow(): JSX.Element {
  const app = useApp();
  const talk = useTalk();
  const channel = () => app.channels.get(talk.channel);
  const server = () => app.servers.get(talk.server);
  return (
    <Show when={!talk.thread && channel()}>
      {(known) => (
        <div class="intro">
          <span class="intro-icon">
            <Icon name={channelIcon(known())} size="xl" />
          </span>
          <h2 class="intro-title">
            {say().message.introTitle} <Name text={`#${known().name}`} />
          </h2>
          <p class="intro-text">{say().message.introText}</p>
          <Show when={server()?.visibility === "public"}>
            <PublicLine long />
          </Show>
          <Show when={app.servers.may(talk.server, "INVITE") && (server()?.members_count ?? 0) < 2}>
            <Button icon="userPlus" onClick={() => app.place.ask({ kind: "invite", server: talk.server })} testid="intro-invite">
              {say().message.introInvite}
            </Button>
          </Show>
        </div>
      )}
    </Show>
  );
}

/** Where a day begins. */
export function DayRow(props: { at: number }): JSX.Element {
  return (
    <div class="day" role="separator">
      <span>{day(props.at)}</span>
    </div>
  );
}

/** Above what is new. */
export function NewRow(): JSX.Element {
  return (
    <div class="new-line" role="separator" data-testid="unread-line">
      <span>{say().message.newLine}</span>
    </div>
  );
}

/** Where messages are known to be missing. */
export function GapRow(props: { gap: Gap }): JSX.Element {
  return (
    <div class="gap" role="note" data-testid="gap">
      <Icon name="gap" />
      <span>{say().message.gap(props.gap.missing, props.gap.asking)}</span>
    </div>
  );
}
