// Inviting: a link that is made at once with the usual bounds, its code to scan, and other bounds for who wants them.

import { createEffect, createSignal, type JSX, on, onCleanup, Show } from "solid-js";

import { say } from "../../catalogue";
import { Button } from "../../components/button";
import { Dialog } from "../../components/dialog";
import { Select, TextField } from "../../components/field";
import { Trouble } from "../../components/states";
import type { Result } from "../../rpc/client";
import type { ServerId } from "../../contract";
import { Icon } from "../../icons/icon";
import { useApp } from "../../stores/app";
import { exactly } from "../../stores/time";
import { copyText } from "../channel/actions";
import { revealed } from "../../text/hidden";

const HOUR_MS = 3_600_000;
const EXPIRIES = { "1h": HOUR_MS, "1d": 24 * HOUR_MS, "7d": 168 * HOUR_MS, "30d": 720 * HOUR_MS, never: null } as const;
const USES = { "1": 1, "5": 5, "25": 25, "100": 100, unlimited: null } as const;

/** The sheet. */
export function InviteDialog(props: { server: ServerId; onClose: () => void }): JSX.Element {
  const app = useApp();
  const words = () => say().invite;
  const server = () => app.servers.get(props.server);
  const [expiry, setExpiry] = createSignal<keyof typeof EXPIRIES>("7d");
  const [uses, setUses] = createSignal<keyof typeof USES>("unlimited");
  const [invite, setInvite] = createSignal<Result<"invite.create"> | null>(null);
  const [failure, setFailure] = createSignal<unknown>(null);
  const [busy, setBusy] = createSignal(false);
  const [copied, setCopied] = createSignal(false);
  const [code, setCode] = createSignal<string | null>(null);

  const make = async () => {
    setBusy(true);
    setFailure(null);
    try {
      const life = EXPIRIES[expiry()];
      const most = USES[uses()];
      setInvite(
        await app.client.call("invite.create", {
          server_id: props.server,
          ...(life === null ? {} : { expires_at: Date.now() + life }),
          ...(most === null ? {} : { max_uses: most }),
        }),
      );
    } catch (thrown) {
      setFailure(thrown);
    } finally {
      setBusy(false);
    }
  };
  createEffect(on([expiry, uses], () => void make()));

  // The node draws the code; it is shown as a picture, in which nothing can run.
  createEffect(() => {
    const drawn = invite()?.qr_svg;
    if (!drawn) return;
    const url = URL.createObjectURL(new Blob([drawn], { type: "image/svg+xml" }));
    setCode(url);
    onCleanup(() => URL.revokeObjectURL(url));
  });

  const copy = async () => {
    const link = invite()?.link;
    if (!link) return;
    await copyText(app, link);
    setCopied(true);
    setTimeout(() => setCopied(false), 2_000);
  };

  return (
    <Dialog title={words().title(revealed(server()?.name ?? ""))} lead={words().lead} testid="invite-dialog" onClose={props.onClose}>
      <div class="dialog-form">
        <Show when={!failure()} fallback={<Trouble failure={failure()} onRetry={() => void make()} />}>
          <TextField
            label={words().link}
            value={invite()?.link ?? ""}
            onInput={() => {}}
            placeholder={words().making}
            testid="invite-link"
            readOnly
            mono
            aside={
              <Button
                tone="primary"
                icon={copied() ? "check" : "copy"}
                disabled={!invite() || busy()}
                testid="invite-copy"
                onClick={() => void copy()}
              >
                {copied() ? say().common.copied : say().common.copy}
              </Button>
            }
          />
          <div class="invite-code" aria-busy={busy()}>
            <Show when={code()} fallback={<span class="spinner spinner-large" />}>
              {(url) => <img class="qr" src={url()} alt={words().code} data-testid="invite-qr" />}
            </Show>
            <div class="invite-bounds">
              <Select
                label={words().expires}
                value={expiry()}
                onChange={setExpiry}
                options={(Object.keys(EXPIRIES) as Array<keyof typeof EXPIRIES>).map((value) => ({
                  value,
                  label: words().expiry[value],
                }))}
                testid="invite-expiry"
              />
              <Select
                label={words().uses}
                value={uses()}
                onChange={setUses}
                options={(Object.keys(USES) as Array<keyof typeof USES>).map((value) => ({
                  value,
                  label: words().useCount(USES[value]),
                }))}
                testid="invite-uses"
              />
              <Show when={invite()?.expires_at}>
                {(at) => <p class="field-help">{words().until(exactly(at()))}</p>}
              </Show>
            </div>
          </div>
          <p class="dialog-note">
            <Icon name="info" size="s" />
            <span>{words().note}</span>
          </p>
        </Show>
        <footer class="dialog-foot">
          <Button tone="quiet" testid="dialog-cancel" onClick={() => props.onClose()}>
            {say().common.close}
          </Button>
        </footer>
      </div>
    </Dialog>
  );
}
