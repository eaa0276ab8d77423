import { fromEnv } from "@aws-sdk/credential-provider-env";

/**
 * Replaces the SDK's chain of credential providers in a handler's bundle: Lambda passes the credentials of
 * the function's role in the environment, and the rest of the chain is 125 KB of unused code.
 */
export const defaultProvider = fromEnv;
