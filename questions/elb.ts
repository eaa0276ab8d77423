import { commonQuestions } from "./common";
import type { Question } from "./question";
import { QUESTION_MARK } from "./words";

/** Questions about Classic Load Balancers. */
export const elbQuestions: readonly Question[] = commonQuestions({
  format: "elb",
  client: "request_ip",
  status: "elb_response_code",
  method: "request_verb",
  path: `regexp_replace(split_part(url, ${QUESTION_MARK}, 1), '^[a-z]+://[^/]+', '')`,
  url: "url",
  userAgent: "user_agent",
  userAgentText: "user_agent",
  bytesReceived: "received_bytes",
  bytesSent: "sent_bytes",
  seconds: "backend_processing_time",
  secondsDoc: "Seconds are the time until the instance started to respond.",
  details: ["client_response_time", "backend_ip", "elb_name"],
});
