// Preferences: oneself, looks, notifications, safety. Every change holds at once.

import { createSignal, For, type JSX, Match, Show, Switch } from "solid-js";

import { say } from "../../catalogue";
import { Avatar } from "../../components/avatar";
import { Button } from "../../components/button";
import { Dialog } from "../../components/dialog";
import { Choices, Select, Switch as Toggle, TextArea, TextField } from "../../components/field";
import { Icon, type IconName } from "../../icons/icon";
import { Failure } from "../../rpc/failure";
import { useApp } from "../../stores/app";
import { FONT_SIZE } from "../../stores/prefs";
import { copyText } from "../channel/actions";
import { DISPLAY_NAME_CHARS } from "../doors/first-run";
import { NotificationsPage } from "./preferences-notifications";

/** Characters beside a name. */
const STATUS_CHARS = 128;

const PAGES = [
  ["profile", "user"],
  ["looks", "eye"],
  ["notifications", "bell"],
  ["safety", "key"],
] as const satisfies ReadonlyArray<readonly [string, IconName]>;

type PageName = (typeof PAGES)[number][0];

/** The dialog. */
export function PreferencesDialog(props: { onClose: () => void }): JSX.Element {
  const words = () => say().prefs;
  const [page, setPage] = createSignal<PageName>("profile");
  return (
    <Dialog title={words().title} size="l" class="prefs" testid="preferences" onClose={props.onClose}>
      <div class="prefs-body">
        <div class="prefs-pages" role="tablist" aria-orientation="vertical" aria-label={words().title}>
          <For each={PAGES}>
            {([name, icon]) => (
              <button
                type="button"
                role="tab"
                id={`prefs-tab-${name}`}
                aria-selected={page() === name}
                aria-controls="prefs-page"
                tabindex={page() === name ? 0 : -1}
                class="prefs-tab"
                data-testid={`prefs-${name}`}
                onClick={() => setPage(name)}
                onKeyDown={(event) => {
                  const by = { ArrowDown: 1, ArrowUp: -1 }[event.key];
                  if (by === undefined) return;
                  event.preventDefault();
                  const at = PAGES.findIndex(([other]) => other === page());
                  const next = PAGES[(at + by + PAGES.length) % PAGES.length];
                  if (!next) return;
                  setPage(next[0]);
                  document.getElementById(`prefs-tab-${next[0]}`)?.focus();
                }}
              >
                <Icon name={icon} size="s" />
                {words().pages[name]}
              </button>
            )}
          </For>
        </div>
        <div id="prefs-page" class="prefs-page" role="tabpanel" aria-labelledby={`prefs-tab-${page()}`} tabindex={0}>
          <Switch>
            <Match when={page() === "profile"}>
              <ProfilePage />
            </Match>
            <Match when={page() === "looks"}>
              <LooksPage />
            </Match>
            <Match when={page() === "notifications"}>
              <NotificationsPage />
            </Match>
            <Match when={page() === "safety"}>
              <SafetyPage onClose={props.onClose} />
            </Match>
          </Switch>
        </div>
      </div>
    </Dialog>
  );
}

function ProfilePage(): JSX.Element {
  const app = useApp();
  const words = () => say().prefs.profile;
  const me = () => app.identity.me();
  const [name, setName] = createSignal(me()?.display_name ?? "");
  const [bio, setBio] = createSignal(me()?.bio ?? "");
  const [status, setStatus] = createSignal(app.presence.mine().text ?? "");
  const [busy, setBusy] = createSignal(false);
  const [wrong, setWrong] = createSignal<string | null>(null);
  const profileChanged = () => name().trim() !== me()?.display_name || bio().trim() !== (me()?.bio ?? "");
  const statusChanged = () => status().trim() !== (app.presence.mine().text ?? "");
  const changed = () => profileChanged() || statusChanged();
  const save = async (event: SubmitEvent) => {
    event.preventDefault();
    setBusy(true);
    setWrong(null);
    try {
      if (profileChanged()) await app.identity.update({ display_name: name().trim(), bio: bio().trim() });
      if (statusChanged()) await app.presence.say({ text: status().trim() || null });
      app.toasts.tell(say().common.saved);
    } catch (thrown) {
      setWrong(say().failure.text(Failure.of(thrown)));
    } finally {
      setBusy(false);
    }
  };
  return (
    <form class="prefs-form" onSubmit={(event) => void save(event)}>
      <div class="prefs-me">
        <Avatar id={me()?.account_id ?? ""} name={name() || "?"} size="xl" />
        <p class="field-help">{words().avatarHelp}</p>
      </div>
      <TextField
        label={words().name}
        value={name()}
        onInput={setName}
        maxLength={DISPLAY_NAME_CHARS}
        help={words().nameHelp}
        error={wrong()}
        testid="profile-name"
      />
      <TextField
        label={words().status}
        value={status()}
        onInput={setStatus}
        maxLength={STATUS_CHARS}
        testid="profile-status"
      />
      <TextArea label={words().bio} value={bio()} onInput={setBio} rows={3} testid="profile-bio" />
      <div class="prefs-actions">
        <Button tone="primary" submit busy={busy()} disabled={!changed() || name().trim() === ""} testid="profile-save">
          {say().common.save}
        </Button>
      </div>
    </form>
  );
}

function LooksPage(): JSX.Element {
  const app = useApp();
  const words = () => say().prefs.looks;
  const { prefs } = app;
  return (
    <div class="prefs-form">
      <Choices
        legend={words().theme}
        value={prefs.now.theme}
        onChange={(value) => prefs.set("theme", value)}
        options={(["system", "light", "dark", "contrast"] as const).map((value) => ({
          value,
          label: words().themes[value],
          testid: `theme-${value}`,
        }))}
        compact
      />
      <Choices
        legend={words().density}
        value={prefs.now.density}
        onChange={(value) => prefs.set("density", value)}
        options={(["cosy", "compact"] as const).map((value) => ({
          value,
          label: words().densities[value],
          help: words().densityHelp[value],
          testid: `density-${value}`,
        }))}
      />
      <div class="field">
        <label class="field-label" for="font-size">
          {words().fontSize(prefs.now.fontSize)}
        </label>
        <input
          id="font-size"
          type="range"
          class="range"
          min={FONT_SIZE.min}
          max={FONT_SIZE.max}
          step={1}
          value={prefs.now.fontSize}
          data-testid="font-size"
          onInput={(event) => prefs.set("fontSize", Number(event.currentTarget.value))}
        />
      </div>
      <Toggle
        label={words().motion}
        help={words().motionHelp}
        checked={prefs.now.motion === "reduced"}
        onChange={(checked) => prefs.set("motion", checked ? "reduced" : "system")}
        testid="reduced-motion"
      />
      <Select
        label={words().language}
        help={words().languageHelp}
        value={prefs.now.language}
        onChange={(value) => prefs.set("language", value)}
        options={[
          { value: "en", label: "English" },
          { value: "x-rtl", label: words().pseudo },
        ]}
        testid="language"
      />
    </div>
  );
}

function SafetyPage(props: { onClose: () => void }): JSX.Element {
  const app = useApp();
  const words = () => say().prefs.safety;
  const me = () => app.identity.me();
  return (
    <div class="prefs-form">
      <section>
        <h3 class="panel-heading">{words().fingerprint}</h3>
        <p class="field-help">{words().fingerprintHelp}</p>
        <p class="fingerprint mono">{me()?.fingerprint}</p>
      </section>
      <section>
        <h3 class="panel-heading">{words().account}</h3>
        <p class="fingerprint mono">{me()?.account_id}</p>
        <Button icon="copy" onClick={() => void copyText(app, me()?.account_id ?? "")}>
          {say().common.copy}
        </Button>
      </section>
      <section>
        <h3 class="panel-heading">{say().recovery.title}</h3>
        <p class="field-help">{words().recoveryHelp}</p>
        <div class="prefs-actions-start">
          <Show when={app.identity.phrase()}>
            <Button
              icon="key"
              onClick={() => {
                props.onClose();
                app.place.show({ kind: "recovery" });
              }}
            >
              {words().showPhrase}
            </Button>
          </Show>
          <Button icon="check" testid="recovery-check-open" onClick={() => app.place.ask({ kind: "recovery-check" })}>
            {words().checkPhrase}
          </Button>
        </div>
      </section>
      <section>
        <h3 class="panel-heading">{words().lockTitle}</h3>
        <p class="field-help">{words().lockHelp}</p>
        <Button
          icon="lock"
          testid="lock-now"
          onClick={() => {
            props.onClose();
            app.identity.lock().catch(app.toasts.fail);
          }}
        >
          {words().lockNow}
        </Button>
      </section>
    </div>
  );
}
