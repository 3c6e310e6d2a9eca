// Before an address is opened: where it really leads.

import { type JSX, Show } from "solid-js";

import { say } from "../../catalogue";
import { Button } from "../../components/button";
import { Dialog, DialogFoot } from "../../components/dialog";
import { Icon } from "../../icons/icon";
import { openOutside } from "../../shell/open";
import { useApp } from "../../stores/app";
import { revealed } from "../../text/hidden";
import { destination } from "../../text/links";
import { copyText } from "../channel/actions";

/** The question. */
export function LinkDialog(props: { url: string; label: string; onClose: () => void }): JSX.Element {
  const app = useApp();
  const words = () => say().link;
  const place = () => destination(props.url);
  /** The words of the link look like another address. */
  const pretends = () => {
    const label = props.label.trim().toLowerCase();
    return /^(https?:\/\/|www\.)|^[\w-]+(\.[\w-]+)+(\/|$)/.test(label) && !label.includes(place().host.toLowerCase());
  };
  const open = (event: SubmitEvent) => {
    event.preventDefault();
    props.onClose();
    openOutside(props.url);
  };
  return (
    <Dialog title={words().title} size="s" testid="link-dialog" onClose={props.onClose}>
      <form class="dialog-form" onSubmit={open}>
        <p class="dialog-text">{words().leadsTo}</p>
        <p class="link-host mono" data-testid="link-host">
          {place().host}
        </p>
        <Show when={place().written}>
          {(written) => <p class="dialog-note">{words().written(revealed(written()))}</p>}
        </Show>
        <p class="link-url mono" data-testid="link-url" dir="ltr">
          {props.url}
        </p>
        <Show when={pretends()}>
          <p class="warn-line" role="alert">
            <Icon name="alert" size="s" />
            <span>{words().pretends(revealed(props.label.trim().slice(0, 80)))}</span>
          </p>
        </Show>
        <Show when={place().account}>
          {(account) => (
            <p class="warn-line" role="alert">
              <Icon name="alert" size="s" />
              <span>{words().account(revealed(account()))}</span>
            </p>
          )}
        </Show>
        <Show when={place().plain}>
          <p class="dialog-note">{words().plain}</p>
        </Show>
        <DialogFoot
          confirm={words().open}
          onCancel={props.onClose}
          aside={
            <Button tone="quiet" icon="copy" onClick={() => void copyText(app, props.url)}>
              {say().common.copy}
            </Button>
          }
        />
      </form>
    </Dialog>
  );
}
