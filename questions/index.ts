import { albQuestions } from "./alb";
import { cloudfrontQuestions } from "./cloudfront";
import type { Question } from "./question";

/** Every question worth asking. A new one is an entry in the file of its format, or in `common.ts` for several. */
export const QUESTIONS: readonly Question[] = [...albQuestions, ...cloudfrontQuestions];
