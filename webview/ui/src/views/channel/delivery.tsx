// How far one's own message has come.

import type { JSX } from "solid-js";

import { say } from "../../catalogue";
import type { Message } from "../../contract";
import { Icon, type IconName } from "../../icons/icon";

/** The mark. */
export function DeliveryMark(props: { message: Message }): JSX.Element {
  const delivery = () => props.message.delivery;
  const icon = (): IconName =>
    delivery().state === "queued" ? "clock" : delivery().state === "held" ? "checks" : "check";
  const text = () => say().message.delivery(delivery().state, delivery().holders, delivery().keepers);
  return (
    <span class={`delivery delivery-${delivery().state}`} data-tip={text()} data-testid="delivery" data-state={delivery().state}>
      <Icon name={icon()} size="s" />
      <span class="unseen">{text()}</span>
    </span>
  );
}
