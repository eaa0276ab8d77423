import { fromEnv } from "@aws-sdk/credential-provider-env";

/**
 * Stands in for the SDK's chain of credential providers when a handler is bundled: Lambda hands the credentials of
 * the function's role over in the environment, and the rest of the chain is 125 KB that is never used.
 */
export const defaultProvider = fromEnv;
