import { messageOf, nameOf } from "../handlers/core/errors";
import type { ProgressLine } from "../terminal/progress-line";

/** AWS's answer about one resource. */
export type Answer<T> =
  | { readonly kind: "found"; readonly value: T }
  | { readonly kind: "missing" }
  /** AWS refused the request; `Inspector` keeps the reason. */
  | { readonly kind: "inaccessible" };

/** Something that could not be inspected. */
export interface Inaccessible {
  /** What could not be inspected, e.g. the name of a queue. */
  readonly where: string;
  /** The permission that the request needs, e.g. `sqs:GetQueueAttributes`. */
  readonly permission: string;
  readonly kind: "denied" | "failed";
  readonly reason: string;
}

/** Sends read requests to AWS: refused requests are remembered and do not stop the others. */
export class Inspector {
  readonly inaccessible: Inaccessible[] = [];
  private answers = 0;

  constructor(private readonly progress: ProgressLine) {}

  /** Ends the inspection. */
  close(): void {
    this.progress.clear();
  }

  /** @throws errors that concern no single resource, e.g. missing credentials */
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

/** The value; `undefined` if it does not exist or is inaccessible. */
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

/** Each service has its own error name for a missing resource. */
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
  // For workgroups and tables, Athena says it only in the message.
  (name === "InvalidRequestException" && /is not found|not found/i.test(message)) ||
  (name === "MetadataException" && /EntityNotFound|not found/i.test(message)) ||
  /(?:TABLE|SCHEMA)_NOT_FOUND/.test(message);
