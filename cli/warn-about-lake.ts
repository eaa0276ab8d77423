import type { FormatId } from "../formats";
import { existingLake } from "../lake/layout";
import { type LoggedDays, loggedDays } from "../lake/logged-days";
import { isUnfinished } from "../lake/unfinished";
import { daysOf, type Range } from "../questions/range";
import { warn } from "../terminal/write";

/** What a question asks for. */
interface Asked {
  readonly format: FormatId;
  readonly range: Range;
}

/**
 * Says on standard error why an answer may lack rows: an ingest was not finished, or the lake has no such logs.
 *
 * @throws UserError if the folder is no lake
 */
export async function warnAboutLake(folder: string, asked?: Asked): Promise<void> {
  const lake = await existingLake(folder);
  if (await isUnfinished(lake))
    warn(
      `an ingest of ${folder} is running, or it failed or was interrupted: rows may be missing until it ends; run it again`,
    );
  if (!asked) return;
  const logged = await loggedDays(lake);
  const own = logged.find(({ format }) => format === asked.format);
  const { first, last } = daysOf(asked.range);
  if (!own) warn(`the lake has no ${asked.format} logs; it has ${daysTexts(logged)}`);
  else if (own.last < first || own.first > last)
    warn(`the lake has ${daysText(own)}, by the names of their files: none of the asked days`);
}

/** Which logs a lake has, of which days. */
export const loggedText = async (folder: string): Promise<string> =>
  daysTexts(await loggedDays(await existingLake(folder)));

const daysTexts = (logged: readonly LoggedDays[]): string =>
  logged.map(daysText).join(", ") || "no committed logs";

const daysText = ({ format, first, last }: LoggedDays): string =>
  `${format} logs of ${first === last ? first : `${first} to ${last}`}`;
