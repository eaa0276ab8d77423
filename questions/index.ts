import { albQuestions } from "./alb";
import { cloudfrontQuestions } from "./cloudfront";
import type { Question } from "./question";

/** All built-in questions. Add a new one to the file of its format, or to `common.ts` if it is for several formats. */
export const QUESTIONS: readonly Question[] = [...albQuestions, ...cloudfrontQuestions];
