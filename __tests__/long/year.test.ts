import { simulateYear } from "../../simulation/year";

/** Long enough for an effect of the nightly maintenance; `npm run simulate -- --year` is the whole year. */
const DAYS = 5;
const SOURCES = 50;
/** Two days of ten-minute commits, and the objects of a night. */
const MOST_VERSIONS = 300;
const MOST_SNAPSHOTS = 300;
const MOST_METADATA_FILES = 300;
/** Three days of records, two objects each, and the notes of a run. */
const MOST_OWN_OBJECTS = 1000;

describe("the number of objects after commits every ten minutes", () => {
  it("stays below a bound that does not grow with the days, because each night deletes old objects", async () => {
    const { commits, ...most } = await simulateYear({ days: DAYS, sources: SOURCES, isMaintained: true });
    expect(commits).toBe(DAYS * 144);
    expect(most.glueVersions).toBeLessThan(MOST_VERSIONS);
    expect(most.snapshots).toBeLessThan(MOST_SNAPSHOTS);
    expect(most.metadataFiles).toBeLessThan(MOST_METADATA_FILES);
    expect(most.ownObjects).toBeLessThan(MOST_OWN_OBJECTS);
  });

  it("grows with every commit if nothing is deleted", async () => {
    const { commits, ...most } = await simulateYear({ days: 2, sources: 1, isMaintained: false });
    expect(most).toMatchObject({ glueVersions: commits, snapshots: commits, metadataFiles: commits });
    expect(most.ownObjects).toBeGreaterThan(2 * commits - 1);
  });
});
