/** Settings of the stack, in the current folder. */
export const SETTINGS_FILE = "access-logs.json";
/** Environment variable with the path of another file. */
export const SETTINGS_VARIABLE = "ACCESS_LOGS_SETTINGS";

/** Path of the settings of a command that names none. */
export const settingsPath = (env: NodeJS.ProcessEnv = process.env): string =>
  env[SETTINGS_VARIABLE] ?? SETTINGS_FILE;
