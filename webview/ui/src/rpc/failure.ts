// What can go wrong with a call, as one error class: what the node answered, or that no answer came.

import { ERRORS, type ErrorData } from "../contract";

/** A kind of failure of the node's own table, or one of this side: no connection, no answer in time. */
export type FailureKind = keyof typeof ERRORS | "disconnected" | "no_answer" | "unknown";

/** A call that did not succeed. */
export class Failure extends Error {
  readonly kind: FailureKind;
  readonly code: number;
  readonly data: Partial<ErrorData>;

  constructor(kind: FailureKind, code: number, message: string, data: Partial<ErrorData> = {}) {
    super(message);
    this.name = "Failure";
    this.kind = kind;
    this.code = code;
    this.data = data;
  }

  /** From the `error` of an answer. */
  static fromAnswer(error: unknown): Failure {
    const { code, message, data } = asRecord(error);
    const number = typeof code === "number" ? code : 0;
    return new Failure(kindOf(number), number, typeof message === "string" ? message : "", asRecord(data));
  }

  /** The socket is closed, so nobody knows whether the call was carried out. */
  static disconnected(): Failure {
    return new Failure("disconnected", 0, "the connection to the node is lost", { retryable: true });
  }

  /** The node did not answer in time. */
  static noAnswer(): Failure {
    return new Failure("no_answer", 0, "the node does not answer", { retryable: true });
  }

  /** From anything thrown. */
  static of(thrown: unknown): Failure {
    if (thrown instanceof Failure) return thrown;
    return new Failure("unknown", 0, thrown instanceof Error ? thrown.message : String(thrown));
  }
}

const KINDS = new Map<number, FailureKind>(
  Object.entries(ERRORS).map(([kind, code]) => [code, kind as FailureKind]),
);

function kindOf(code: number): FailureKind {
  return KINDS.get(code) ?? "unknown";
}

function asRecord(value: unknown): Record<string, unknown> {
  return typeof value === "object" && value !== null ? (value as Record<string, unknown>) : {};
}
