// What a server is called and how it is found.

import { createSignal, type JSX, Show } from "solid-js";

import { say } from "../../catalogue";
import { Button } from "../../components/button";
import { TextArea, TextField } from "../../components/field";
import type { Server } from "../../contract";
import { Failure } from "../../rpc/failure";
import { useApp } from "../../stores/app";
import { listOf, NAME_CHARS } from "../dialogs/create-server";

/** The form; made anew for each server. */
export function EditServer(props: { server: Server }): JSX.Element {
  const app = useApp();
  const words = () => say().settings.overview;
  const fields = (server: Server) => ({
    name: server.name,
    description: server.description,
    tags: server.tags.join(", "),
    language: server.language ?? "",
    bootstrap: server.bootstrap.join(", "),
  });
  const [was, setWas] = createSignal({ ...fields(props.server), rev: props.server.rev });
  const [now, setNow] = createSignal(fields(props.server));
  const [busy, setBusy] = createSignal(false);
  const [wrong, setWrong] = createSignal<{ field: string; text: string } | null>(null);
  type Field = keyof ReturnType<typeof fields>;
  const wrongIn = (field: Field) => (wrong()?.field === field ? (wrong()?.text ?? null) : null);
  const differs = (field: Field) => now()[field].trim() !== was()[field];
  const changed = () => (Object.keys(now()) as Field[]).some(differs);
  const put = (field: Field) => (value: string) => setNow({ ...now(), [field]: value });
  const open = () => props.server.visibility === "public";

  const save = async (event: SubmitEvent) => {
    event.preventDefault();
    setBusy(true);
    setWrong(null);
    const { name, description, tags, language, bootstrap } = now();
    try {
      const server = await app.client.call(
        "server.update",
        {
          server_id: props.server.id,
          if_rev: was().rev,
          ...(differs("name") ? { name: name.trim() } : {}),
          ...(differs("description") ? { description: description.trim() } : {}),
          ...(differs("tags") ? { tags: listOf(tags) } : {}),
          ...(differs("language") ? { language: language.trim() } : {}),
          ...(differs("bootstrap") ? { bootstrap: listOf(bootstrap) } : {}),
        },
        { idempotent: true },
      );
      app.servers.put(server);
      setNow(fields(server));
      setWas({ ...fields(server), rev: server.rev });
      app.toasts.tell(say().common.saved);
    } catch (thrown) {
      const failure = Failure.of(thrown);
      const field = failure.data.field ?? "";
      setWrong({ field: field in now() ? field : "name", text: say().failure.text(failure) });
      // Looked at and saved once more, it holds.
      if (failure.data.current_rev) setWas({ ...was(), rev: failure.data.current_rev });
    } finally {
      setBusy(false);
    }
  };

  return (
    <form class="prefs-form" aria-label={words().edit} data-testid="server-edit" onSubmit={(event) => void save(event)}>
      <h3 class="panel-heading">{words().edit}</h3>
      <TextField
        label={words().name}
        value={now().name}
        onInput={put("name")}
        maxLength={NAME_CHARS}
        error={wrongIn("name")}
        testid="edit-server-name"
      />
      <TextArea
        label={words().description}
        value={now().description}
        onInput={put("description")}
        rows={2}
        error={wrongIn("description")}
        testid="edit-server-description"
      />
      <Show when={open()}>
        <TextField
          label={words().tags}
          value={now().tags}
          onInput={put("tags")}
          help={words().tagsHelp}
          error={wrongIn("tags")}
          testid="edit-server-tags"
        />
        <TextField
          label={words().language}
          value={now().language}
          onInput={put("language")}
          help={words().languageHelp}
          error={wrongIn("language")}
          testid="edit-server-language"
        />
      </Show>
      <TextField
        label={words().bootstrap}
        value={now().bootstrap}
        onInput={put("bootstrap")}
        help={words().bootstrapHelp}
        error={wrongIn("bootstrap")}
        testid="edit-server-bootstrap"
        mono
      />
      <div class="prefs-actions">
        <Button tone="primary" submit busy={busy()} disabled={!changed() || now().name.trim() === ""} testid="edit-server-save">
          {say().common.save}
        </Button>
      </div>
    </form>
  );
}
