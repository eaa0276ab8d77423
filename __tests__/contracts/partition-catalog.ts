import { addHours, hourOf } from "../../formats/hour";
import { type Partition, partitionPath } from "../../formats/partition-layout";
import type { PartitionCatalog } from "../../handlers/core/ports";

export interface CatalogUnderTest {
  readonly catalog: PartitionCatalog;
  /** Paths of the partitions that exist, sorted. */
  list(): Promise<string[]>;
  close(): Promise<void>;
}

const FIRST = hourOf(Date.UTC(2026, 10, 23, 7));
const hours = (count: number, table = "alb_access_logs"): Partition[] =>
  Array.from({ length: count }, (_, index) => ({ table, hour: addHours(FIRST, index) }));

/** The behaviour that the core requires from every catalog. */
export function describePartitionCatalog(name: string, open: () => Promise<CatalogUnderTest>): void {
  describe(`partition catalog: ${name}`, () => {
    let subject: CatalogUnderTest;
    beforeEach(async () => {
      subject = await open();
    });
    afterEach(() => subject.close());

    const expectExactly = async (partitions: readonly Partition[]) =>
      expect(await subject.list()).toEqual(partitions.map(partitionPath).sort());

    it("has the added partitions of every table and source", async () => {
      const partitions = [
        ...hours(2),
        ...hours(1, "cloudfront_access_logs").map((partition) => ({ ...partition, source: "shop" })),
      ];
      await subject.catalog.add(partitions);
      await expectExactly(partitions);
    });

    it("accepts more partitions than fit in one statement", async () => {
      await subject.catalog.add(hours(230));
      await expectExactly(hours(230));
    });

    it("changes nothing when partitions are added again, alone or together with new ones", async () => {
      await subject.catalog.add(hours(2));
      await subject.catalog.add(hours(2));
      await subject.catalog.add(hours(3));
      await expectExactly(hours(3));
    });

    it("adds nothing when there is nothing to add", async () => {
      await subject.catalog.add([]);
      await expectExactly([]);
    });
  });
}
