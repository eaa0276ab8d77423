import { printTable } from "../terminal/print-table";
import { count } from "../terminal/quantities";
import { ENDLESS } from "../terminal/screen";
import { type Cell, isMet, type Outcome, type Spread, type Table, type Target } from "./benchmark";

/** An outcome as text for a terminal. */
export function textOf(title: string, { input, tables, targets, notes, report }: Outcome): string {
  const blocks = [
    `${title}\n${input}`,
    report?.text.trimEnd() ?? "",
    ...tables.map(({ title: name, ...table }) => `${name}\n${aligned(table)}`),
    targets.map(targetLine).join("\n"),
    notes.join("\n"),
  ];
  return `${blocks.filter((block) => block !== "").join("\n\n")}\n`;
}

/** An outcome as Markdown for the page of results. */
export function markdownOf({ input, tables, targets, notes, report }: Outcome): string {
  const blocks = [
    input,
    report ? `\`\`\`\n${report.text.trimEnd()}\n\`\`\`` : "",
    ...tables.map(({ title, ...table }) => `${title}:\n\n${markdownTable(table)}`),
    targets.map((target) => `- ${targetLine(target)}`).join("\n"),
    notes.map((note) => `- ${note}`).join("\n"),
  ];
  return `${blocks.filter((block) => block !== "").join("\n\n")}\n`;
}

function targetLine(target: Target): string {
  const { kind, name, value, bound, unit, detail, reason } = target;
  const asked = "atMost" in bound ? `at most ${number(bound.atMost)}` : `at least ${number(bound.atLeast)}`;
  const verdict = isMet(target) ? "kept" : kind === "limit" ? "BROKEN" : "MISSED";
  const why = isMet(target) || reason === undefined ? "" : `. ${reason}`;
  return `${verdict}: ${name}: ${number(value)}${spaced(unit)}, ${kind}: ${asked}${spaced(unit)}${detail ? ` (${detail})` : ""}${why}`;
}

/** "x" and "%" follow their number without a space. */
const spaced = (unit: string): string => (unit.length === 1 && unit !== "s" ? unit : ` ${unit}`);

const aligned = ({ columns, rows }: Omit<Table, "title">): string =>
  printTable(
    columns.map((title, index) => ({ title, align: hasNumbers(rows, index) ? "right" : "left" })),
    rows.map((row) => row.map(cellText)),
    { screen: ENDLESS },
  ).trimEnd();

const hasNumbers = (rows: Table["rows"], column: number): boolean =>
  rows.some((row) => typeof row[column] !== "string");

function markdownTable({ columns, rows }: Omit<Table, "title">): string {
  const line = (texts: readonly string[]) =>
    `| ${texts.map((text) => text.replaceAll("|", "\\|")).join(" | ")} |`;
  const rule = columns.map((_, index) => (hasNumbers(rows, index) ? "--:" : "---"));
  return [line(columns), line(rule), ...rows.map((row) => line(row.map(cellText)))].join("\n");
}

function cellText(cell: Cell): string {
  if (typeof cell === "string") return cell;
  return typeof cell === "number" ? number(cell) : spreadText(cell);
}

const spreadText = ({ median, min, max }: Spread): string =>
  min === max ? number(median) : `${number(median)} (${number(min)}-${number(max)})`;

/** Three significant digits. */
export function number(value: number): string {
  if (Number.isInteger(value) || Math.abs(value) >= 100) return count(Math.round(value));
  return String(Number(value.toPrecision(3)));
}
