import { createHash } from "node:crypto";

const DIGITS = 8;

/**
 * Eight hexadecimal digits that replace a text in a name that would be too long. Terraform computes them if
 * only it knows the text.
 */
export const shortHashOf = (text: string): string =>
  text.includes("${")
    ? `\${substr(sha256("${text}"), 0, ${DIGITS})}`
    : createHash("sha256").update(text).digest("hex").slice(0, DIGITS);
