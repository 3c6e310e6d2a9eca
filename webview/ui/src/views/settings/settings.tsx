// A server's settings. Every act takes effect at once, here and offline too; other members' nodes agree when they hear of it.

import { For, type JSX, Match, Switch } from "solid-js";
import { createSignal } from "solid-js";

import { say } from "../../catalogue";
import { Dialog } from "../../components/dialog";
import type { ServerId } from "../../contract";
import { Icon, type IconName } from "../../icons/icon";
import { useApp } from "../../stores/app";
import type { SettingsPage } from "../../stores/place";
import { revealed } from "../../text/hidden";
import { AuditPage } from "./audit";
import { BansPage } from "./bans";
import { HeirsPage } from "./heirs";
import { InvitesPage } from "./invites";
import { MembersPage } from "./members";
import { OverviewPage } from "./overview";
import { RolesPage } from "./roles";
import { RollbackPage } from "./rollback";

const PAGES = [
  ["overview", "settings"],
  ["roles", "shield"],
  ["members", "users"],
  ["invites", "link"],
  ["bans", "ban"],
  ["audit", "book"],
  ["heirs", "crown"],
  ["rollback", "history"],
] as const satisfies ReadonlyArray<readonly [SettingsPage, IconName]>;

/** The dialog. */
export function ServerSettings(props: { server: ServerId; page: SettingsPage; onClose: () => void }): JSX.Element {
  const app = useApp();
  const words = () => say().settings;
  const [page, setPage] = createSignal<SettingsPage>(props.page);
  const server = () => app.servers.get(props.server);
  return (
    <Dialog
      title={words().title(revealed(server()?.name ?? ""))}
      lead={words().lead}
      size="l"
      class="prefs settings"
      testid="server-settings"
      onClose={props.onClose}
    >
      <div class="prefs-body">
        <div class="prefs-pages" role="tablist" aria-orientation="vertical" aria-label={words().pagesLabel}>
          <For each={PAGES}>
            {([name, icon]) => (
              <button
                type="button"
                role="tab"
                id={`settings-tab-${name}`}
                aria-selected={page() === name}
                aria-controls="settings-page"
                tabindex={page() === name ? 0 : -1}
                class="prefs-tab"
                data-testid={`settings-${name}`}
                onClick={() => setPage(name)}
                onKeyDown={(event) => {
                  const by = { ArrowDown: 1, ArrowUp: -1 }[event.key];
                  if (by === undefined) return;
                  event.preventDefault();
                  const at = PAGES.findIndex(([other]) => other === page());
                  const next = PAGES[(at + by + PAGES.length) % PAGES.length];
                  if (!next) return;
                  setPage(next[0]);
                  document.getElementById(`settings-tab-${next[0]}`)?.focus();
                }}
              >
                <Icon name={icon} size="s" />
                {words().pages[name]}
              </button>
            )}
          </For>
        </div>
        <div id="settings-page" class="prefs-page" role="tabpanel" aria-labelledby={`settings-tab-${page()}`} tabindex={0}>
          <Switch>
            <Match when={page() === "overview"}>
              <OverviewPage server={props.server} onClose={props.onClose} />
            </Match>
            <Match when={page() === "roles"}>
              <RolesPage server={props.server} />
            </Match>
            <Match when={page() === "members"}>
              <MembersPage server={props.server} />
            </Match>
            <Match when={page() === "invites"}>
              <InvitesPage server={props.server} />
            </Match>
            <Match when={page() === "bans"}>
              <BansPage server={props.server} />
            </Match>
            <Match when={page() === "audit"}>
              <AuditPage server={props.server} />
            </Match>
            <Match when={page() === "heirs"}>
              <HeirsPage server={props.server} />
            </Match>
            <Match when={page() === "rollback"}>
              <RollbackPage server={props.server} />
            </Match>
          </Switch>
        </div>
      </div>
    </Dialog>
  );
}
