// The recovery phrase, once: beside the chat, so that nothing stands between a newcomer and the first message.

import { For, type JSX, Show } from "solid-js";

import { say } from "../../catalogue";
import { Button } from "../../components/button";
import { Empty } from "../../components/states";
import { Icon } from "../../icons/icon";
import { useApp } from "../../stores/app";
import { rememberForCheck } from "../../stores/recovery";
import { copyText } from "../channel/actions";
import { Panel } from "./panel";

/** The panel. */
export function RecoveryPanel(): JSX.Element {
  const app = useApp();
  const words = () => say().recovery;
  const phrase = () => app.identity.phrase()?.split(" ") ?? [];
  const done = async () => {
    const text = app.identity.phrase();
    if (text) await rememberForCheck(app.keep, text);
    app.identity.putPhraseAway();
    app.place.show(null);
  };
  return (
    <Panel title={words().title} icon="key" testid="recovery-panel" takeFocus={false}>
      <div class="panel-scroll panel-body">
        <Show when={phrase().length > 0} fallback={<Empty icon="key" title={words().gone} text={words().goneText} />}>
          <p class="panel-lead">{words().lead}</p>
          <ol class="phrase" data-testid="recovery-phrase" translate="no">
            <For each={phrase()}>
              {(word, index) => (
                <li>
                  <span class="phrase-number">{index() + 1}</span>
                  {word}
                </li>
              )}
            </For>
          </ol>
          <p class="warn-line">
            <Icon name="alert" size="s" />
            <span>{words().warning}</span>
          </p>
          <div class="panel-actions">
            <Button icon="copy" onClick={() => void copyText(app, phrase().join(" "))}>
              {words().copy}
            </Button>
            <Button tone="primary" icon="check" testid="recovery-done" onClick={() => void done()}>
              {words().done}
            </Button>
          </div>
        </Show>
      </div>
    </Panel>
  );
}
