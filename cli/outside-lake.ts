import { resolve } from "node:path";
import { isBelow, realPath } from "../lake/folders";
import { lakeLayout } from "../lake/layout";
import { UserError } from "../terminal/user-error";

/**
 * Refuses to write a file in the lake: it could take the place of one of the lake's own files, or add rows.
 *
 * @throws UserError that names the file
 */
export function requireOutsideLake(file: string, lake: string): void {
  if (isBelow(realPath(resolve(file)), realPath(lakeLayout(lake).root)))
    throw new UserError(`${file}: the file is in the lake ${lake}; choose another folder`);
}
