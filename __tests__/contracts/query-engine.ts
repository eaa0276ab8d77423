import type { QueryEngine } from "../../handlers/core/ports";

export interface EngineUnderTest {
  readonly engine: QueryEngine;
  /** A statement that the engine must refuse, and the expected reason. */
  readonly wrong: { readonly sql: string; readonly reason: RegExp };
  close(): Promise<void>;
}

/** The behaviour that the core requires from every engine. */
export function describeQueryEngine(name: string, open: () => Promise<EngineUnderTest>): void {
  describe(`query engine: ${name}`, () => {
    let subject: EngineUnderTest;
    beforeEach(async () => {
      subject = await open();
    });
    afterEach(() => subject.close());

    it("returns the id of a completed statement", async () => {
      const { queryId } = await subject.engine.run({ sql: "SELECT 1", token: "a run" });
      expect(queryId).toMatch(/./);
    });

    it("returns the single value of a query", async () => {
      expect(await subject.engine.value({ sql: "SELECT 42", token: "a run" })).toBe("42");
    });

    it("accepts the same work again", async () => {
      const first = await subject.engine.run({ sql: "SELECT 1", token: "a run" });
      expect(await subject.engine.run({ sql: "SELECT 1", token: "a run" })).toEqual(first);
    });

    it("fails with a code, the query's id and the engine's reason", async () => {
      await expect(subject.engine.run({ sql: subject.wrong.sql, token: "a run" })).rejects.toMatchObject({
        code: "QUERY_FAILED",
        queryId: expect.stringMatching(/./),
        reason: expect.stringMatching(subject.wrong.reason),
      });
    });

    it("continues after a failed statement", async () => {
      await subject.engine.run({ sql: subject.wrong.sql, token: "a run" }).catch(() => undefined);
      await expect(subject.engine.run({ sql: "SELECT 1", token: "another run" })).resolves.toBeDefined();
    });
  });
}
