// What may disturb. The node keeps it and decides by it, for every window.

import { createResource, createSignal, type JSX, Show } from "solid-js";

import { say } from "../../catalogue";
import { Button } from "../../components/button";
import { Choices, Select, TextField } from "../../components/field";
import { Skeleton, Trouble } from "../../components/states";
import type { NotificationLevel, NotificationSettings, QuietHours } from "../../contract";
import type { Params } from "../../rpc/client";
import { Failure } from "../../rpc/failure";
import { useApp } from "../../stores/app";

const LEVELS = ["usual", "all", "mentions", "none"] as const satisfies ReadonlyArray<NotificationLevel | "usual">;
const HOURS = Array.from({ length: 24 }, (_, hour) => String(hour));
/** Keywords the node keeps. */
const KEYWORDS_MAX = 32;

/** The page. */
export function NotificationsPage(): JSX.Element {
  const app = useApp();
  const [settings, { mutate, refetch }] = createResource(() =>
    app.client.call("notification.settings.get", {}, { idempotent: true }),
  );
  return (
    <Show when={!settings.error} fallback={<Trouble failure={settings.error} onRetry={() => void refetch()} />}>
      <Show when={settings.latest !== undefined} fallback={<Skeleton kind="line" rows={4} />}>
        <Form settings={settings.latest as NotificationSettings} onChange={mutate} />
      </Show>
    </Show>
  );
}

function Form(props: { settings: NotificationSettings; onChange: (settings: NotificationSettings) => void }): JSX.Element {
  const app = useApp();
  const words = () => say().prefs.notifications;
  const [permission, setPermission] = createSignal("Notification" in window ? Notification.permission : "denied");
  const [keywords, setKeywords] = createSignal(props.settings.keywords.join(", "));
  const [wrong, setWrong] = createSignal<string | null>(null);
  const [busy, setBusy] = createSignal(false);
  // The hours shown; equal ones are none.
  const quiet = props.settings.quiet_hours;
  const [from, setFrom] = createSignal(hourOf(quiet?.from_minute));
  const [to, setTo] = createSignal(hourOf(quiet?.to_minute));

  const set = async (change: Params<"notification.settings.set">) => {
    props.onChange(await app.client.call("notification.settings.set", change, { idempotent: true }));
  };
  const setQuiet = () => {
    set({ quiet_hours: quietHours(Number(from()), Number(to())) }).catch(app.toasts.fail);
  };
  const saveKeywords = async (event: SubmitEvent) => {
    event.preventDefault();
    setBusy(true);
    setWrong(null);
    try {
      await set({ keywords: wordsOf(keywords()) });
      app.toasts.tell(say().common.saved);
    } catch (thrown) {
      setWrong(say().failure.text(Failure.of(thrown)));
    } finally {
      setBusy(false);
    }
  };

  return (
    <div class="prefs-form">
      <Show when={!window.ipc && permission() === "default"}>
        <div class="prefs-ask">
          <p>{words().ask}</p>
          <Button icon="bell" onClick={() => void Notification.requestPermission().then(setPermission)} testid="notifications-allow">
            {words().allow}
          </Button>
        </div>
      </Show>
      <Choices
        legend={words().which}
        value={props.settings.level ?? "usual"}
        onChange={(value) => void set({ level: value === "usual" ? null : value }).catch(app.toasts.fail)}
        options={LEVELS.map((value) => ({ value, label: words().levels[value], testid: `notify-${value}` }))}
        compact
      />
      <p class="field-help">{words().usualHelp}</p>
      <form onSubmit={(event) => void saveKeywords(event)}>
        <TextField
          label={words().keywords}
          value={keywords()}
          onInput={setKeywords}
          help={words().keywordsHelp}
          error={wrong()}
          testid="notify-keywords"
          aside={
            <Button submit busy={busy()} disabled={wordsOf(keywords()).join() === props.settings.keywords.join()} testid="notify-save">
              {say().common.save}
            </Button>
          }
        />
      </form>
      <div class="prefs-pair">
        <Select
          label={words().quietFrom}
          value={from()}
          onChange={(hour) => {
            setFrom(hour);
            setQuiet();
          }}
          options={HOURS.map((hour) => ({ value: hour, label: words().hour(Number(hour)) }))}
          testid="quiet-from"
        />
        <Select
          label={words().quietTo}
          value={to()}
          onChange={(hour) => {
            setTo(hour);
            setQuiet();
          }}
          options={HOURS.map((hour) => ({ value: hour, label: words().hour(Number(hour)) }))}
          testid="quiet-to"
        />
      </div>
      <p class="field-help">{words().quietHelp}</p>
    </div>
  );
}

/** Hours by the clock on this wall as the node keeps them; the same hour twice is none. */
export function quietHours(from: number, to: number): QuietHours | null {
  if (from === to) return null;
  return { from_minute: from * 60, to_minute: to * 60, utc_offset_minutes: -new Date().getTimezoneOffset() };
}

function hourOf(minute: number | undefined): string {
  return String(Math.floor((minute ?? 0) / 60));
}

function wordsOf(text: string): string[] {
  const all = text.split(",").map((word) => word.trim());
  return all.filter((word) => word !== "").slice(0, KEYWORDS_MAX);
}
