// A new server: its name, and whether it is for those invited or for anyone.

import { createSignal, type JSX, Show } from "solid-js";

import { say } from "../../catalogue";
import { ServerIcon } from "../../components/avatar";
import { Dialog, DialogFoot } from "../../components/dialog";
import { Choices, TextArea, TextField } from "../../components/field";
import { Failure } from "../../rpc/failure";
import { useApp } from "../../stores/app";
import { PublicLine } from "../main/public-line";

/** Characters of a server's or a channel's name; the node's own bound. */
export const NAME_CHARS = 64;
/** Tags of a public server. */
const TAGS_MAX = 8;

/** The sheet. */
export function CreateServerDialog(props: { onClose: () => void }): JSX.Element {
  const app = useApp();
  const words = () => say().createServer;
  const [name, setName] = createSignal("");
  const [visibility, setVisibility] = createSignal<"private" | "public">("private");
  const [description, setDescription] = createSignal("");
  const [tags, setTags] = createSignal("");
  const [bootstrap, setBootstrap] = createSignal("");
  const [busy, setBusy] = createSignal(false);
  const [wrong, setWrong] = createSignal<{ field: string | null; text: string } | null>(null);
  const wrongIn = (field: string) => (wrong()?.field === field ? (wrong()?.text ?? null) : null);

  const create = async (event: SubmitEvent) => {
    event.preventDefault();
    if (name().trim() === "") return;
    setBusy(true);
    setWrong(null);
    try {
      const open = visibility() === "public";
      const server = await app.client.call("server.create", {
        name: name().trim(),
        visibility: visibility(),
        ...(description().trim() ? { description: description().trim() } : {}),
        ...(open && tags().trim() ? { tags: listOf(tags()).slice(0, TAGS_MAX) } : {}),
        ...(open && bootstrap().trim() ? { bootstrap: listOf(bootstrap()) } : {}),
      });
      app.servers.put(server);
      props.onClose();
      await app.channels.load(server.id);
      await app.enterServer(server.id);
    } catch (thrown) {
      const failure = Failure.of(thrown);
      setWrong({ field: failure.data.field ?? "name", text: say().failure.text(failure) });
      setBusy(false);
    }
  };

  return (
    <Dialog title={words().title} lead={words().lead} testid="create-server-dialog" onClose={props.onClose}>
      <form class="dialog-form" onSubmit={(event) => void create(event)}>
        <div class="server-preview">
          <ServerIcon id={`srv_${name()}`} name={name().trim() || "?"} size="l" />
        </div>
        <TextField
          label={words().name}
          value={name()}
          onInput={setName}
          placeholder={words().namePlaceholder}
          maxLength={NAME_CHARS}
          error={wrongIn("name")}
          testid="server-name"
          autofocus
        />
        <Choices
          legend={words().who}
          value={visibility()}
          onChange={setVisibility}
          options={[
            {
              value: "private",
              label: words().private,
              help: words().privateHelp,
              icon: "lock",
              testid: "server-visibility-private",
            },
            {
              value: "public",
              label: words().public,
              help: words().publicHelp,
              icon: "globe",
              testid: "server-visibility-public",
            },
          ]}
        />
        <Show when={visibility() === "public"}>
          <PublicLine long />
          <TextArea
            label={words().description}
            value={description()}
            onInput={setDescription}
            rows={2}
            error={wrongIn("description")}
            testid="server-description"
          />
          <TextField
            label={words().tags}
            value={tags()}
            onInput={setTags}
            help={words().tagsHelp}
            error={wrongIn("tags")}
            testid="server-tags"
          />
          <details class="more">
            <summary>{words().more}</summary>
            <TextField
              label={words().bootstrap}
              value={bootstrap()}
              onInput={setBootstrap}
              help={words().bootstrapHelp}
              error={wrongIn("bootstrap")}
              testid="server-bootstrap"
              mono
            />
          </details>
        </Show>
        <DialogFoot
          confirm={words().confirm}
          busy={busy()}
          disabled={name().trim() === ""}
          onCancel={props.onClose}
        />
      </form>
    </Dialog>
  );
}

/** Words apart by commas or spaces. */
export function listOf(text: string): string[] {
  return text
    .split(/[\s,]+/)
    .map((word) => word.trim())
    .filter((word) => word !== "");
}
