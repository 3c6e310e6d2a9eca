// Fields of forms: a label, a control, a line of help or what is wrong.

import { createUniqueId, For, type JSX, Show } from "solid-js";

import { Icon, type IconName } from "../icons/icon";

/** What every field has. */
interface Common {
  label: string;
  help?: string;
  error?: string | null;
  /** The label is for screen readers only. */
  hideLabel?: boolean;
}

function Frame(props: Common & { id: string; children: JSX.Element }): JSX.Element {
  return (
    <div class="field" classList={{ "field-wrong": !!props.error }}>
      <label class={props.hideLabel ? "unseen" : "field-label"} for={props.id}>
        {props.label}
      </label>
      {props.children}
      <Show when={props.error ?? props.help}>
        {(text) => (
          <p id={`${props.id}-help`} class={props.error ? "field-error" : "field-help"} role={props.error ? "alert" : undefined}>
            {text()}
          </p>
        )}
      </Show>
    </div>
  );
}

/** One line of text. */
export function TextField(
  props: Common & {
    value: string;
    onInput: (value: string) => void;
    placeholder?: string;
    type?: "text" | "password" | "url" | "number";
    testid?: string;
    maxLength?: number;
    autofocus?: boolean;
    readOnly?: boolean;
    required?: boolean;
    autocomplete?: string;
    mono?: boolean;
    min?: number;
    ref?: (input: HTMLInputElement) => void;
    aside?: JSX.Element;
  },
): JSX.Element {
  const id = createUniqueId();
  return (
    <Frame {...props} id={id}>
      <div class="input-row">
        <input
          id={id}
          ref={(input) => props.ref?.(input)}
          class="input"
          classList={{ mono: props.mono ?? false }}
          type={props.type ?? "text"}
          value={props.value}
          placeholder={props.placeholder}
          maxLength={props.maxLength}
          min={props.min}
          readOnly={props.readOnly}
          required={props.required}
          autocomplete={props.autocomplete ?? "off"}
          spellcheck={false}
          data-testid={props.testid}
          data-autofocus={props.autofocus ? "" : undefined}
          aria-invalid={props.error ? "true" : undefined}
          aria-describedby={(props.error ?? props.help) ? `${id}-help` : undefined}
          onInput={(event) => props.onInput(event.currentTarget.value)}
        />
        {props.aside}
      </div>
    </Frame>
  );
}

/** Several lines of text. */
export function TextArea(
  props: Common & {
    value: string;
    onInput: (value: string) => void;
    placeholder?: string;
    rows?: number;
    maxLength?: number;
    testid?: string;
    autofocus?: boolean;
  },
): JSX.Element {
  const id = createUniqueId();
  return (
    <Frame {...props} id={id}>
      <textarea
        id={id}
        class="input"
        rows={props.rows ?? 3}
        value={props.value}
        placeholder={props.placeholder}
        maxLength={props.maxLength}
        data-testid={props.testid}
        data-autofocus={props.autofocus ? "" : undefined}
        aria-invalid={props.error ? "true" : undefined}
        aria-describedby={(props.error ?? props.help) ? `${id}-help` : undefined}
        onInput={(event) => props.onInput(event.currentTarget.value)}
      />
    </Frame>
  );
}

/** One of a list. */
export function Select<T extends string>(
  props: Common & { value: T; options: Array<{ value: T; label: string }>; onChange: (value: T) => void; testid?: string },
): JSX.Element {
  const id = createUniqueId();
  return (
    <Frame {...props} id={id}>
      <div class="select">
        <select
          id={id}
          class="input"
          data-testid={props.testid}
          onChange={(event) => props.onChange(event.currentTarget.value as T)}
        >
          <For each={props.options}>
            {(option) => (
              <option value={option.value} selected={option.value === props.value}>
                {option.label}
              </option>
            )}
          </For>
        </select>
        <Icon name="chevronDown" size="s" />
      </div>
    </Frame>
  );
}

/** On or off. */
export function Switch(props: {
  label: string;
  help?: string;
  checked: boolean;
  disabled?: boolean;
  onChange: (checked: boolean) => void;
  testid?: string;
}): JSX.Element {
  const id = createUniqueId();
  return (
    <div class="switch-row">
      <div>
        <label for={id} class="switch-label">
          {props.label}
        </label>
        <Show when={props.help}>
          <p class="field-help">{props.help}</p>
        </Show>
      </div>
      <input
        id={id}
        type="checkbox"
        role="switch"
        class="switch"
        checked={props.checked}
        disabled={props.disabled}
        data-testid={props.testid}
        onChange={(event) => props.onChange(event.currentTarget.checked)}
      />
    </div>
  );
}

/** One of a few, each with a line that says what it means. */
export function Choices<T extends string>(props: {
  legend: string;
  value: T;
  options: Array<{ value: T; label: string; help?: string; icon?: IconName; testid?: string }>;
  onChange: (value: T) => void;
  compact?: boolean;
}): JSX.Element {
  const name = createUniqueId();
  return (
    <fieldset class="choices" classList={{ "choices-compact": props.compact ?? false }}>
      <legend class="field-label">{props.legend}</legend>
      <For each={props.options}>
        {(option) => (
          <label class="choice">
            <input
              type="radio"
              class="unseen"
              name={name}
              value={option.value}
              checked={option.value === props.value}
              data-testid={option.testid}
              onChange={() => props.onChange(option.value)}
            />
            <Show when={option.icon}>{(icon) => <Icon name={icon()} />}</Show>
            <span class="choice-text">
              <span class="choice-label">{option.label}</span>
              <Show when={option.help}>
                <span class="choice-help">{option.help}</span>
              </Show>
            </span>
            <span class="choice-mark" aria-hidden="true" />
          </label>
        )}
      </For>
    </fieldset>
  );
}
