import { messageOf, nameOf } from "../handlers/core/errors";
import type { ProgressLine } from "../terminal/progress-line";

/** What AWS answered about one thing. */
export type Answer<T> =
  | { readonly kind: "found"; readonly value: T }
  | { readonly kind: "missing" }
  /** It would not tell; why stands among what was not seen. */
  | { readonly kind: "inaccessible" };

/** Something that could not be looked at. */
export interface Inaccessible {
  /** What it was, e.g. the name of a queue. */
  readonly where: string;
  /** The permission that the request takes, e.g. `sqs:GetQueueAttributes`. */
  readonly permission: string;
  readonly kind: "denied" | "failed";
  readonly reason: string;
}

/** Asks AWS one thing after another: what is refused is remembered, and the rest is still asked. */
export class Inspector {
  readonly inaccessible: Inaccessible[] = [];
  private answers = 0;

  constructor(private readonly progress: ProgressLine) {}

  /** Nothing more is asked. */
  close(): void {
    this.progress.clear();
  }

  /** @throws what has nothing to do with the thing itself: that nobody is signed in */
  async ask<T>(permission: string, where: string, request: () => Promise<T>): Promise<Answer<T>> {
    try {
      return { kind: "found", value: await request() };
    } catch (error) {
      const name = String(nameOf(error));
      if (NOT_SIGNED_IN.has(name)) throw error;
      if (isMissing(name, messageOf(error))) return { kind: "missing" };
      const kind = DENIED.test(name) || DENIED.test(messageOf(error)) ? "denied" : "failed";
      this.inaccessible.push({ where, permission, kind, reason: `${name}: ${messageOf(error)}` });
      return { kind: "inaccessible" };
    } finally {
      this.progress.show("responses of AWS", ++this.answers, undefined);
    }
  }
}

/** The value, or nothing if it is not there or could not be seen. */
export const foundValue = <T>(answer: Answer<T>): T | undefined =>
  answer.kind === "found" ? answer.value : undefined;

const NOT_SIGNED_IN: ReadonlySet<string> = new Set([
  "CredentialsProviderError",
  "ExpiredToken",
  "ExpiredTokenException",
  "InvalidClientTokenId",
  "UnrecognizedClientException",
  "SignatureDoesNotMatch",
]);
const DENIED =
  /Access ?Denied|NotAuthorized|Forbidden|not authorized|Insufficient (?:permissions|privileges)/i;

/** Each service has its own words for it. */
const MISSING: ReadonlySet<string> = new Set([
  "ResourceNotFoundException",
  "QueueDoesNotExist",
  "AWS.SimpleQueueService.NonExistentQueue",
  "NoSuchBucket",
  "NoSuchKey",
  "NoSuchBucketPolicy",
  "OwnershipControlsNotFoundError",
  "NotFound",
]);

const isMissing = (name: string, message: string): boolean =>
  MISSING.has(name) ||
  // Athena says it of workgroups and tables in the message alone.
  (name === "InvalidRequestException" && /is not found|not found/i.test(message)) ||
  (name === "MetadataException" && /EntityNotFound|not found/i.test(message)) ||
  /(?:TABLE|SCHEMA)_NOT_FOUND/.test(message);
