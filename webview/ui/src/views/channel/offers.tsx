// The list of names over a text field.

import { For, type JSX, Show } from "solid-js";

import { say } from "../../catalogue";
import { Avatar } from "../../components/avatar";
import { Name } from "../../components/name";
import { Icon } from "../../icons/icon";
import { type Offer, offerLabel, type Writing } from "./writing";

/** The list. */
export function Offers(props: { writing: Writing; id: string; onTake: (index: number) => void }): JSX.Element {
  return (
    <Show when={props.writing.offers().length > 0}>
      <div class="offers" role="listbox" id={props.id} aria-label={say().composer.offers} data-testid="offers">
        <For each={props.writing.offers()}>
          {(offer, index) => (
            <div
              id={`${props.id}-${index()}`}
              class="offer"
              classList={{ chosen: props.writing.chosen() === index() }}
              role="option"
              aria-selected={props.writing.chosen() === index()}
              onPointerEnter={() => props.writing.choose(index())}
              // The field keeps the focus.
              onPointerDown={(event) => event.preventDefault()}
              onClick={() => props.onTake(index())}
            >
              <OfferSign offer={offer} />
              <Name text={offerLabel(offer)} class="offer-name" />
              <Show when={offer.kind === "member" && offer.member.bot}>
                <span class="tag">{say().main.bot}</span>
              </Show>
            </div>
          )}
        </For>
      </div>
    </Show>
  );
}

function OfferSign(props: { offer: Offer }): JSX.Element {
  const { offer } = props;
  switch (offer.kind) {
    case "member":
      return (
        <Avatar
          id={offer.member.account_id}
          name={offer.member.display_name}
          size="xs"
          dot={offer.member.online ? "online" : undefined}
        />
      );
    case "everyone":
      return <Icon name="users" size="s" />;
    case "channel":
      return <Icon name="hash" size="s" />;
    case "emoji":
      return <span class="emoji">{offer.emoji.unicode}</span>;
  }
}
