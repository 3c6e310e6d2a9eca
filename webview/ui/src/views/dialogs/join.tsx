// Joining by a link: first what it leads to, who made it and under which name one will appear, then the joining.

import { createEffect, createSignal, type JSX, Match, on, Show, Switch } from "solid-js";

import { say } from "../../catalogue";
import { Avatar, ServerIcon } from "../../components/avatar";
import { Button } from "../../components/button";
import { Dialog, DialogFoot } from "../../components/dialog";
import { TextField } from "../../components/field";
import { Name } from "../../components/name";
import type { InvitePreview } from "../../contract";
import { Icon } from "../../icons/icon";
import { Failure } from "../../rpc/failure";
import { useApp } from "../../stores/app";
import { exactly } from "../../stores/time";

/** The sheet. */
export function JoinDialog(props: { link: string; onClose: () => void }): JSX.Element {
  const app = useApp();
  const words = () => say().join;
  const [link, setLink] = createSignal(props.link);
  const [preview, setPreview] = createSignal<InvitePreview | null>(null);
  const [wrong, setWrong] = createSignal<string | null>(null);
  const [busy, setBusy] = createSignal(false);
  let generation = 0;

  const look = async (text: string) => {
    const mine = ++generation;
    setPreview(null);
    setWrong(null);
    if (text === "") return;
    try {
      const found = await app.client.call("invite.preview", { link: text });
      if (mine === generation) setPreview(found);
    } catch (thrown) {
      if (mine === generation) setWrong(problem(Failure.of(thrown)));
    }
  };
  createEffect(on(link, (text) => void look(text.trim())));

  const problem = (failure: Failure) => {
    if (failure.kind === "invalid_content") return words().notALink;
    if (failure.kind === "gone") return words().gone;
    if (failure.kind === "forbidden") return words().banned;
    return say().failure.text(failure);
  };

  const join = async (event: SubmitEvent) => {
    event.preventDefault();
    const known = preview();
    if (!known || busy()) return;
    if (known.already_member) {
      props.onClose();
      await app.enterServer(known.server_id);
      return;
    }
    setBusy(true);
    setWrong(null);
    try {
      // A door has to be found and a member has to open it: that may take a while.
      const server = await app.client.call("invite.accept", { link: link().trim() }, { answerMs: 120_000 });
      app.servers.put(server);
      props.onClose();
      await app.channels.load(server.id);
      await app.enterServer(server.id);
    } catch (thrown) {
      setWrong(problem(Failure.of(thrown)));
      setBusy(false);
    }
  };

  return (
    <Dialog title={words().title} lead={words().lead} testid="join-dialog" onClose={props.onClose}>
      <form class="dialog-form" onSubmit={(event) => void join(event)}>
        <TextField
          label={words().link}
          value={link()}
          onInput={setLink}
          placeholder="moot://join/…"
          error={wrong()}
          testid="invite-link"
          readOnly={busy()}
          autofocus
          mono
        />
        <Show when={preview()}>
          {(known) => (
            <section class="join-preview" data-testid="join-preview" aria-label={words().preview}>
              <ServerIcon id={known().server_id} name={known().server_name} size="l" />
              <div class="join-facts">
                <h3 class="join-name" data-testid="join-server-name">
                  <Name text={known().server_name} />
                </h3>
                <Switch>
                  <Match when={known().inviter}>
                    {(inviter) => (
                      <p class="join-line" data-testid="join-inviter">
                        <Avatar id={inviter().account_id} name={inviter().display_name} size="xs" />
                        <span>
                          {words().inviter} <Name text={inviter().display_name} class="strong" />
                        </span>
                      </p>
                    )}
                  </Match>
                  <Match when={true}>
                    <p class="join-line">
                      <Icon name="userPlus" size="s" />
                      <span>{words().unknownInviter}</span>
                    </p>
                  </Match>
                </Switch>
                <p class="join-line" data-testid="join-as">
                  <Icon name="eye" size="s" />
                  <span>
                    {words().as} <Name text={known().display_name ?? app.identity.me()?.display_name ?? ""} class="strong" />
                  </span>
                </p>
                <Show when={known().expires_at}>
                  {(at) => (
                    <p class="join-line">
                      <Icon name="clock" size="s" />
                      <span>{words().expires(exactly(at()))}</span>
                    </p>
                  )}
                </Show>
                <Show when={known().already_member}>
                  <p class="join-line">
                    <Icon name="check" size="s" />
                    <span>{words().already}</span>
                  </p>
                </Show>
              </div>
            </section>
          )}
        </Show>
        <p class="dialog-note">
          <Icon name="info" size="s" />
          <span>{words().note}</span>
        </p>
        <Show when={busy()}>
          <p class="dialog-note" role="status">
            {words().knocking}
          </p>
        </Show>
        <DialogFoot
          confirm={preview()?.already_member ? words().open : words().confirm}
          busy={busy()}
          disabled={!preview()}
          onCancel={props.onClose}
          aside={
            <Button
              tone="quiet"
              icon="compass"
              onClick={() => {
                props.onClose();
                app.place.openDirectory();
              }}
            >
              {words().browse}
            </Button>
          }
        />
      </form>
    </Dialog>
  );
}
