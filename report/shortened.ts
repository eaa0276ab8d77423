import type { Json } from "../terminal/rows";
import { MAX_VALUE } from "./model";

/** A value as the page has it. */
export const shortened = (value: Json): Json =>
  typeof value === "string" && value.length > MAX_VALUE ? `${value.slice(0, MAX_VALUE)}…` : value;
