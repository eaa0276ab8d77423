import { utimesSync } from "node:fs";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import fc from "fast-check";
import { albKey, testLake } from "../helpers/lake";
import { albLine } from "../helpers/lines";

/** Contents by number; 0 has no line, each other one has its number of lines, so that none is part of another. */
const bodyOf = (content: number): Buffer =>
  gzipSync(`# content ${content}\n${`${albLine({ user_agent: `"${content}"` })}\n`.repeat(content)}`);

/** Contents of the files of one hour at one time; `undefined` leaves a file as it is. */
type Round = readonly (number | undefined)[];

/** Ingests after each round. @returns the rows of each content after each round, and what they should be */
async function play(rounds: readonly Round[]) {
  const lake = testLake();
  const keys = (rounds[0] ?? []).map(() => albKey());
  const held: number[] = [];
  const outcome: { found: unknown; expected: unknown }[] = [];
  try {
    for (const [at, round] of rounds.entries()) {
      for (const [file, content] of round.entries()) {
        if (content === undefined) continue;
        const key = keys[file] ?? "";
        lake.put(key, bodyOf(content));
        const time = new Date(Date.UTC(2026, 10, 28, at));
        utimesSync(join(lake.logs, key), time, time);
        // A content without rows takes the place of no other one.
        if (content > 0) held[file] = content;
      }
      await lake.ingest();
      const found = await lake.query(
        "SELECT CAST(user_agent AS integer) AS content, count(*) AS rows FROM alb_access_logs GROUP BY 1 ORDER BY 1",
      );
      const contents = [...new Set(held)].filter((content) => content > 0).sort();
      outcome.push({ found, expected: contents.map((content) => ({ content, rows: content })) });
    }
    return outcome;
  } finally {
    lake.delete();
  }
}

async function expectRight(rounds: readonly Round[]): Promise<void> {
  const outcome = await play(rounds);
  expect(outcome.map(({ found }) => found)).toEqual(outcome.map(({ expected }) => expected));
}

describe("files of one hour whose contents change", () => {
  it("have their rows when two files exchange contents", async () => {
    await expectRight([
      [1, 2],
      [2, 1],
      [2, 1],
    ]);
  });

  it("have their rows when one of two equal files changes, whichever it is", async () => {
    await expectRight([[3, 3], [2], [undefined, 1]]);
    await expectRight([
      [3, 3],
      [undefined, 2],
      [1, undefined],
    ]);
  });

  it("have each content once when a file gets the content of one that was only touched", async () => {
    await expectRight([
      [1, 2],
      [2, 2],
      [1, 2],
    ]);
  });

  it("have each content of any file once, whatever changes", async () => {
    const round = fc.tuple(
      ...Array.from({ length: 3 }, () => fc.option(fc.integer({ min: 0, max: 3 }), { nil: undefined })),
    );
    await fc.assert(
      fc.asyncProperty(fc.array(round, { minLength: 2, maxLength: 4 }), async ([first = [], ...rounds]) => {
        await expectRight([first.map((content) => content ?? 1), ...rounds]);
      }),
      { seed: 20261129, numRuns: 12 },
    );
  });
});
