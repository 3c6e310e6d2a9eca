// A channel or a category: name, topic, where it stands, whether it is closed, and who may do otherwise in it.

import { createResource, createSignal, For, type JSX, Show } from "solid-js";

import { say } from "../../catalogue";
import { Dialog, DialogFoot } from "../../components/dialog";
import { Select, TextField } from "../../components/field";
import type { ChannelId, Override, Permission } from "../../contract";
import { Failure } from "../../rpc/failure";
import { useApp } from "../../stores/app";
import { TOPIC_CHARS } from "../dialogs/create-channel";
import { NAME_CHARS } from "../dialogs/create-server";
import { Sure } from "./sure";

/** What is worth deciding per channel. */
const CHANNEL_BITS = ["VIEW", "SEND", "REACT", "PIN", "MENTION_ALL", "REDACT_OTHERS"] as const satisfies readonly Permission[];

/** The sheet. */
export function EditChannelDialog(props: { channel: ChannelId; onClose: () => void }): JSX.Element {
  const app = useApp();
  const words = () => say().editChannel;
  const channel = () => app.channels.get(props.channel);
  const server = () => channel()?.server_id;
  const [name, setName] = createSignal(channel()?.name ?? "");
  const [topic, setTopic] = createSignal(channel()?.topic ?? "");
  const [parent, setParent] = createSignal<ChannelId | "">(channel()?.parent_id ?? "");
  const [busy, setBusy] = createSignal(false);
  const [wrong, setWrong] = createSignal<string | null>(null);
  const isCategory = () => channel()?.kind === "category";
  const categories = () => app.channels.of(server()).filter((one) => one.kind === "category");

  const save = async (event: SubmitEvent) => {
    event.preventDefault();
    const before = channel();
    if (!before) return;
    setBusy(true);
    setWrong(null);
    try {
      if (name().trim() !== before.name || topic().trim() !== before.topic) {
        app.channels.put(
          await app.client.call("channel.update", {
            channel_id: props.channel,
            name: name().trim(),
            ...(isCategory() ? {} : { topic: topic().trim() }),
          }),
        );
      }
      if (!isCategory() && parent() !== (before.parent_id ?? "")) {
        app.channels.put(await app.client.call("channel.move", { channel_id: props.channel, parent_id: parent() || null }));
        await app.channels.load(before.server_id);
      }
      props.onClose();
    } catch (thrown) {
      setWrong(say().failure.text(Failure.of(thrown)));
      setBusy(false);
    }
  };

  return (
    <Dialog title={isCategory() ? words().categoryTitle : words().title} testid="edit-channel-dialog" onClose={props.onClose}>
      <form class="dialog-form" onSubmit={(event) => void save(event)}>
        <TextField label={words().name} value={name()} onInput={setName} maxLength={NAME_CHARS} error={wrong()} testid="edit-channel-name" autofocus />
        <Show when={!isCategory()}>
          <TextField label={words().topic} value={topic()} onInput={setTopic} maxLength={TOPIC_CHARS} testid="edit-channel-topic" />
          <Show when={categories().length > 0}>
            <Select
              label={words().category}
              value={parent()}
              onChange={setParent}
              options={[
                { value: "" as ChannelId | "", label: words().noCategory },
                ...categories().map((one) => ({ value: one.id as ChannelId | "", label: one.name })),
              ]}
              testid="edit-channel-category"
            />
          </Show>
          <Overrides channel={props.channel} />
        </Show>
        <DialogFoot
          confirm={say().common.save}
          busy={busy()}
          disabled={name().trim() === ""}
          onCancel={props.onClose}
          aside={
            <Sure
              label={channel()?.archived ? words().reopen : words().archive}
              testid="channel-archive"
              run={async () => {
                app.channels.put(
                  await app.client.call("channel.archive", { channel_id: props.channel, archived: !channel()?.archived }, { idempotent: true }),
                );
                props.onClose();
              }}
            />
          }
        />
      </form>
    </Dialog>
  );
}

/** What members in general may do otherwise in this channel. */
function Overrides(props: { channel: ChannelId }): JSX.Element {
  const app = useApp();
  const words = () => say().editChannel;
  const [permissions, { mutate }] = createResource(() => app.client.call("channel.permissions.get", { channel_id: props.channel }));
  const general = (): Override =>
    permissions.latest?.overrides.find((one) => one.role_id === "member") ?? { role_id: "member", allow: [], deny: [] };
  const stateOf = (bit: Permission) =>
    general().allow?.includes(bit) ? "allow" : general().deny?.includes(bit) ? "deny" : "inherit";
  const set = async (bit: Permission, state: "allow" | "deny" | "inherit") => {
    const without = (list: Permission[] | undefined) => (list ?? []).filter((other) => other !== bit);
    const allow = without(general().allow);
    const deny = without(general().deny);
    if (state === "allow") allow.push(bit);
    if (state === "deny") deny.push(bit);
    try {
      mutate(
        await app.client.call(
          "channel.permissions.set",
          { channel_id: props.channel, overrides: [{ role_id: "member", allow, deny }] },
          { idempotent: true },
        ),
      );
    } catch (thrown) {
      app.toasts.fail(thrown);
    }
  };
  return (
    <details class="more" data-testid="channel-permissions">
      <summary>{words().permissions}</summary>
      <Show when={!permissions.error && permissions.latest}>
        <div class="prefs-pair">
          <For each={CHANNEL_BITS}>
            {(bit) => (
              <Select
                label={say().permissions[bit].label}
                value={stateOf(bit)}
                onChange={(state) => void set(bit, state)}
                options={(["inherit", "allow", "deny"] as const).map((value) => ({ value, label: words().states[value] }))}
                testid={`override-${bit}`}
              />
            )}
          </For>
        </div>
      </Show>
    </details>
  );
}
