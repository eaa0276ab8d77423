/** Those of SNS that need no permission at the other end. */
export const ALARM_PROTOCOLS = ["email", "email-json", "https"] as const;

/** Who gets the alarms. An address must be confirmed by its owner, which Terraform cannot do. */
export type AlarmSubscription = {
  readonly protocol: (typeof ALARM_PROTOCOLS)[number];
  /** An e-mail address, or a URL. */
  readonly endpoint: string;
};
