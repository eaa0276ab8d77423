/** Protocols of SNS that need no permission at the endpoint. */
export const ALARM_PROTOCOLS = ["email", "email-json", "https"] as const;

/** A subscriber of the alarms. The owner of an address must confirm it, which Terraform cannot do. */
export type AlarmSubscription = {
  readonly protocol: (typeof ALARM_PROTOCOLS)[number];
  /** An e-mail address, or a URL. */
  readonly endpoint: string;
};
