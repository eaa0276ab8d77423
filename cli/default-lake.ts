import { existsSync } from "node:fs";
import { join } from "node:path";
import { lakeLayout, TYPED_PREFIX } from "../lake/layout";
import { usageError } from "../terminal/user-error";

/** Environment variable with the folder of the lake. */
export const LAKE_VARIABLE = "ACCESS_LOGS_LAKE";
const FOLDER = "lake";

/** What the help of `--lake` says. */
export const LAKE_HELP = `folder of the lake (default: ${LAKE_VARIABLE}, or ./${FOLDER} if it is a lake)`;

/** The lake of an ingest that names none; it need not exist. */
export const newLake = (env: NodeJS.ProcessEnv = process.env): string => env[LAKE_VARIABLE] || FOLDER;
/** What the help of `--lake` says there. */
export const NEW_LAKE_HELP = `folder of the lake; created if it does not exist (default: ${LAKE_VARIABLE}, or ./${FOLDER})`;

/**
 * The lake of a command that names none.
 *
 * @returns `undefined` if there is none
 * @throws UserError if the environment names a folder that does not exist
 */
export function defaultLake(env: NodeJS.ProcessEnv = process.env, directory = "."): string | undefined {
  const named = env[LAKE_VARIABLE];
  if (named) {
    if (existsSync(lakeLayout(named).root)) return named;
    throw usageError(`${LAKE_VARIABLE}=${named}: the folder does not exist`);
  }
  const folder = join(directory, FOLDER);
  return existsSync(join(folder, TYPED_PREFIX)) ? folder : undefined;
}

/** @throws UserError without a lake */
export function lakeOf(option: string | undefined): string {
  const lake = option ?? defaultLake();
  if (lake !== undefined) return lake;
  throw usageError(`set the lake: --lake FOLDER or ${LAKE_VARIABLE}; there is no lake in ./${FOLDER}`);
}
