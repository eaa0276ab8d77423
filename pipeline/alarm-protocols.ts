/** Protocols of SNS that need no permission at the endpoint. */
export const ALARM_PROTOCOLS = ["email", "email-json", "https"] as const;

/** Recipient of the alarms. Its owner must confirm an address, which Terraform cannot do. */
export type AlarmSubscription = {
  readonly protocol: (typeof ALARM_PROTOCOLS)[number];
  /** An e-mail address, or a URL. */
  readonly endpoint: string;
};
