// A thread: the message it hangs on, what was answered, and a composer.

import { createResource, type JSX, onMount, Show } from "solid-js";

import { say } from "../../catalogue";
import { Skeleton } from "../../components/states";
import type { ChannelId, MessageId } from "../../contract";
import { useApp } from "../../stores/app";
import { onBodyClick, onBodyKey } from "../channel/body-events";
import { Composer } from "../channel/composer";
import { MessageList } from "../channel/list";
import { Quoted } from "../channel/quoted";
import { createTalk, TalkProvider } from "../channel/talk";
import { Panel } from "./panel";

/** The panel of one thread. */
export function ThreadPanel(props: { channel: ChannelId; root: MessageId }): JSX.Element {
  const app = useApp();
  // The host makes a panel per thread, so these do not change.
  const talk = createTalk(app, props.channel, props.root);
  const [asked] = createResource(() => props.root, (id) => app.messages.fetch(id));
  const root = () => app.messages.get(props.root) ?? asked();
  onMount(() => void talk.timeline.showLatest());

  return (
    <TalkProvider value={talk}>
      <Panel title={say().panel.thread} icon="thread" testid="thread-panel" takeFocus={false}>
        <div
          class="thread-root"
          onClick={(event) => onBodyClick(app, event)}
          onKeyDown={(event) => {
            onBodyKey(app, event);
          }}
        >
          <Show when={root()} fallback={<Skeleton kind="message" rows={1} />}>
            {(message) => <Quoted message={message()} />}
          </Show>
        </div>
        <MessageList label={say().panel.threadReplies} testid="thread-list" />
        <Composer placeholder={say().panel.threadPlaceholder} />
      </Panel>
    </TalkProvider>
  );
}
