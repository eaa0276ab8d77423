/** One statement of an IAM or resource policy, in IAM's own terms. */
export interface PolicyStatement {
  readonly Sid?: string;
  readonly Effect: "Allow" | "Deny";
  readonly Principal?: "*" | Readonly<Record<string, string | readonly string[]>>;
  readonly Action: string | readonly string[];
  readonly Resource: string | readonly string[];
  readonly Condition?: Readonly<Record<string, Readonly<Record<string, string | readonly string[]>>>>;
}

/** A policy document as JSON. Tokens in it are resolved when the stack is synthesized. */
export const policyDocument = (statements: readonly PolicyStatement[]): string =>
  JSON.stringify({ Version: "2012-10-17", Statement: statements });

export const allow = (actions: readonly string[], resources: readonly string[]): PolicyStatement => ({
  Effect: "Allow",
  Action: actions,
  Resource: resources,
});

/** Who may assume a role, optionally only on behalf of certain resources. */
export const trustPolicy = (service: string, condition?: NonNullable<PolicyStatement["Condition"]>): string =>
  JSON.stringify({
    Version: "2012-10-17",
    Statement: [
      {
        Effect: "Allow",
        Action: "sts:AssumeRole",
        Principal: { Service: service },
        ...(condition ? { Condition: condition } : {}),
      },
    ],
  });

/** Denies every request without TLS. */
export const denyPlainText = (action: string, resources: readonly string[]): PolicyStatement => ({
  Sid: "DenyPlainText",
  Effect: "Deny",
  Principal: "*",
  Action: action,
  Resource: resources,
  Condition: { Bool: { "aws:SecureTransport": "false" } },
});
