import { QUESTIONS } from "../questions";
import type { Question } from "../questions/question";
import { parseRange } from "../questions/range";
import { renderQuestion, type Values } from "../questions/render";
import { addressOf } from "../sample/clients";

/** A supplied question, with its statement for the stores. */
export interface Asked extends Question {
  /** The statement, about the second of the sample's two days. */
  readonly statement: string;
}

/** Second day of the sample. */
export const ASKED_DAY = "2026-06-02";
/** One of the many clients with few requests. */
const RARE_CLIENT = 5000;

/** One of each kind: counts by few and by many values, quantiles, whole rows, a search for rare rows. */
const CHOSEN: Readonly<Record<string, Values>> = {
  alb_top_clients: {},
  alb_status_over_time: {},
  alb_errors_by_target: {},
  alb_latency_by_target_group: {},
  alb_slowest_requests: {},
  alb_client_session: { client: addressOf(RARE_CLIENT) },
  alb_probed_paths: {},
  cloudfront_cache_hits: {},
  cloudfront_top_urls: {},
  cloudfront_edges: {},
};

export const ASKED: readonly Asked[] = QUESTIONS.flatMap((question) => {
  const values = CHOSEN[question.name];
  return values === undefined
    ? []
    : [
        {
          ...question,
          statement: renderQuestion(question, parseRange(ASKED_DAY, ASKED_DAY), values),
        },
      ];
});
