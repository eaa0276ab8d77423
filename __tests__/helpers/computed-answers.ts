import type { OpenLake } from "../../lake/query";
import type { Question } from "../../questions/question";
import { parseRange } from "../../questions/range";
import { renderQuestion } from "../../questions/render";
import type { Answer } from "./answer-rows";
import { rowsOf } from "./lake";

/**
 * Tests the questions with their examples as values.
 *
 * @param expected answer by the question's name, without its limit
 * @param given other values, by their names
 */
export function testAnswers(
  questions: readonly Question[],
  expected: Readonly<Record<string, () => Answer>>,
  lake: () => OpenLake,
  given: Readonly<Record<string, string>> = {},
): void {
  it.each(questions.map((question) => [question.name, question] as const))(
    "%s gives the answer that is computed from the logged values without SQL",
    async (name, question) => {
      const limit = question.parameters.find((parameter) => parameter.name === "limit")?.default;
      const values = Object.fromEntries(
        question.parameters.map((parameter) => [parameter.name, given[parameter.name] ?? parameter.example]),
      );
      const answer = expected[name]?.() ?? [];
      const sql = renderQuestion(question, parseRange("2026-11-23", "2026-11-23"), values);
      const rows = await lake().query(sql, rowsOf);
      expect(answer).not.toEqual([]);
      expect(rows).toEqual(answer.slice(0, Number(limit ?? answer.length)));
    },
  );

  it("each expected answer belongs to a question", () => {
    expect(Object.keys(expected).sort()).toEqual(questions.map(({ name }) => name).sort());
  });
}
