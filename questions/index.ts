import { albQuestions } from "./alb";
import { albConnectionQuestions } from "./alb-connection";
import { albHealthCheckQuestions } from "./alb-health-check";
import { cloudfrontQuestions } from "./cloudfront";
import { elbQuestions } from "./elb";
import { nlbQuestions } from "./nlb";
import type { Question } from "./question";
import { s3Questions } from "./s3";
import { wafQuestions } from "./waf";

/** All built-in questions. Add a new one to the file of its format, or to `common.ts` if it is for several formats. */
export const QUESTIONS: readonly Question[] = [
  ...albQuestions,
  ...albConnectionQuestions,
  ...albHealthCheckQuestions,
  ...cloudfrontQuestions,
  ...elbQuestions,
  ...nlbQuestions,
  ...s3Questions,
  ...wafQuestions,
];
