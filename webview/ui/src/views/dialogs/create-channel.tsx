// A new channel, or a new category for channels.

import { createSignal, type JSX, Show } from "solid-js";

import { say } from "../../catalogue";
import { Dialog, DialogFoot } from "../../components/dialog";
import { Choices, Select, TextField } from "../../components/field";
import type { ChannelId, ServerId } from "../../contract";
import { Failure } from "../../rpc/failure";
import { useApp } from "../../stores/app";
import { NAME_CHARS } from "./create-server";

/** Characters of a topic; the node's own bound. */
export const TOPIC_CHARS = 256;

/** The sheet. */
export function CreateChannelDialog(props: {
  server: ServerId;
  parent: ChannelId | null;
  category?: boolean;
  onClose: () => void;
}): JSX.Element {
  const app = useApp();
  const words = () => say().createChannel;
  const [name, setName] = createSignal("");
  const [topic, setTopic] = createSignal("");
  const [kind, setKind] = createSignal<"text" | "announcement">("text");
  const [parent, setParent] = createSignal<ChannelId | "">(props.parent ?? "");
  const [busy, setBusy] = createSignal(false);
  const [wrong, setWrong] = createSignal<string | null>(null);
  const categories = () => app.channels.of(props.server).filter((channel) => channel.kind === "category");

  const create = async (event: SubmitEvent) => {
    event.preventDefault();
    if (name().trim() === "") return;
    setBusy(true);
    setWrong(null);
    try {
      const channel = await app.client.call("channel.create", {
        server_id: props.server,
        name: name().trim(),
        kind: props.category ? "category" : kind(),
        ...(parent() ? { parent_id: parent() as ChannelId } : {}),
        ...(topic().trim() ? { topic: topic().trim() } : {}),
      });
      app.channels.put(channel);
      props.onClose();
      if (!props.category) app.place.open({ server: props.server, channel: channel.id });
    } catch (thrown) {
      setWrong(say().failure.text(Failure.of(thrown)));
      setBusy(false);
    }
  };

  return (
    <Dialog
      title={props.category ? words().categoryTitle : words().title}
      testid="create-channel-dialog"
      onClose={props.onClose}
    >
      <form class="dialog-form" onSubmit={(event) => void create(event)}>
        <TextField
          label={props.category ? words().categoryName : words().name}
          value={name()}
          onInput={setName}
          placeholder={props.category ? words().categoryPlaceholder : words().namePlaceholder}
          maxLength={NAME_CHARS}
          error={wrong()}
          testid="channel-name"
          autofocus
        />
        <Show when={!props.category}>
          <TextField
            label={words().topic}
            value={topic()}
            onInput={setTopic}
            placeholder={words().topicPlaceholder}
            maxLength={TOPIC_CHARS}
            testid="channel-topic"
          />
          <Choices
            legend={words().kind}
            value={kind()}
            onChange={setKind}
            options={[
              { value: "text", label: words().text, help: words().textHelp, icon: "hash", testid: "channel-kind-text" },
              {
                value: "announcement",
                label: words().announcement,
                help: words().announcementHelp,
                icon: "megaphone",
                testid: "channel-kind-announcement",
              },
            ]}
          />
          <Show when={categories().length > 0}>
            <Select
              label={words().category}
              value={parent()}
              onChange={setParent}
              options={[
                { value: "" as ChannelId | "", label: words().noCategory },
                ...categories().map((category) => ({ value: category.id as ChannelId | "", label: category.name })),
              ]}
              testid="channel-category"
            />
          </Show>
        </Show>
        <DialogFoot confirm={words().confirm} busy={busy()} disabled={name().trim() === ""} onCancel={props.onClose} />
      </form>
    </Dialog>
  );
}
