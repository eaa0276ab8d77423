import { SCREEN_WIDTH } from "./wrapped";

/** What the place of a printed text can show. */
export interface Screen {
  /** Maximum characters of a line. */
  readonly width: number;
  readonly hasColour: boolean;
}

/** For files, which have no width. */
export const ENDLESS: Screen = { width: Number.POSITIVE_INFINITY, hasColour: false };

type Stream = Pick<NodeJS.WriteStream, "isTTY" | "columns">;

/**
 * The terminal's width, else that of the variable COLUMNS, else 80. Colour is for terminals, and not if NO_COLOR is set.
 *
 * @see https://no-color.org
 */
export const screenOf = (
  { isTTY, columns }: Stream = process.stdout,
  { COLUMNS, NO_COLOR, TERM }: NodeJS.ProcessEnv = process.env,
): Screen => ({
  width: (isTTY ? columns : 0) || Number.parseInt(COLUMNS ?? "", 10) || SCREEN_WIDTH,
  hasColour: isTTY === true && !NO_COLOR && TERM !== "dumb",
});
