import { sqlString } from "../formats/render/sql-text";
import { localTime, quoted, type ResultColumn } from "./plain-columns";

/** Numbers of the styles in `XLSX_STYLES`. */
const STYLES = { title: 1, time: 2, day: 3 } as const;
export const XLSX_STYLES = `<styleSheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><numFmts count="2"><numFmt numFmtId="164" formatCode="yyyy\\-mm\\-dd\\ hh:mm:ss.000"/><numFmt numFmtId="165" formatCode="yyyy\\-mm\\-dd"/></numFmts><fonts count="2"><font/><font><b/></font></fonts><fills count="2"><fill><patternFill patternType="none"/></fill><fill><patternFill patternType="gray125"/></fill></fills><borders count="1"><border/></borders><cellStyleXfs count="1"><xf/></cellStyleXfs><cellXfs count="4"><xf/><xf fontId="1" applyFont="1"/><xf numFmtId="164" applyNumberFormat="1"/><xf numFmtId="165" applyNumberFormat="1"/></cellXfs><cellStyles count="1"><cellStyle name="Normal" xfId="0" builtinId="0"/></cellStyles></styleSheet>`;

/** A spreadsheet takes a text of a cell of this length, and calculates with numbers of so many digits. */
const MAX_CELL_LENGTH = 32_767;
const MAX_DIGITS = 15;
/** Each of these can be two of the units that a spreadsheet counts. */
const CUT_CHARACTERS = Math.floor(MAX_CELL_LENGTH / 2) - 1;

/** The first row. */
export const titleRow = (columns: readonly ResultColumn[]): string =>
  `<row>${columns
    .map(({ name }) => `<c s="${STYLES.title}" t="inlineStr"><is><t>${escapeXml(name)}</t></is></c>`)
    .join("")}</row>`;

/** The widths of columns that a spreadsheet could not show otherwise. */
export const columnWidths = (columns: readonly ResultColumn[]): string => {
  const widths = columns.flatMap(({ type }, index) =>
    type === "TIMESTAMP" || type === "DATE"
      ? [`<col min="${index + 1}" max="${index + 1}" width="${type === "DATE" ? 12 : 25}" customWidth="1"/>`]
      : [],
  );
  return widths.length === 0 ? "" : `<cols>${widths.join("")}</cols>`;
};

/** SQL of a row. Values are text, numbers, times or nothing: never formulas or links. */
export const rowSql = (columns: readonly ResultColumn[], timeZone: string | undefined): string =>
  `concat('<row>', ${columns.map((column) => cellSql(column, timeZone)).join(", ")}, '</row>')`;

function cellSql({ name, type }: ResultColumn, timeZone: string | undefined): string {
  const column = quoted(name);
  const text = textCell(
    `CAST(${/[\])]$/.test(type) && !type.startsWith("DECIMAL") ? `to_json(${column})` : column} AS VARCHAR)`,
  );
  const cell = valueCell(column, type, timeZone);
  const unless = cell ? `WHEN ${cell.condition} THEN ${cell.sql}` : "";
  return `CASE WHEN ${column} IS NULL THEN '<c/>' ${unless} ELSE ${text} END`;
}

interface ValueCell {
  readonly condition: string;
  readonly sql: string;
}

/** The cell of a value that is no text, and when it can be written as such. */
function valueCell(column: string, type: string, timeZone: string | undefined): ValueCell | undefined {
  const number = (condition: string) => ({ condition, sql: `concat('<c><v>', ${column}, '</v></c>')` });
  if (/^U?(?:TINY|SMALL)INT$|^U?INTEGER$/.test(type)) return number("true");
  if (/INT$/.test(type))
    return number(`${column} BETWEEN -${10 ** MAX_DIGITS - 1} AND ${10 ** MAX_DIGITS - 1}`);
  if (type === "DOUBLE" || type === "FLOAT") return number(`isfinite(${column})`);
  if (type.startsWith("DECIMAL")) return number(`strlen(CAST(${column} AS VARCHAR)) <= ${MAX_DIGITS}`);
  if (type === "BOOLEAN")
    return { condition: "true", sql: `concat('<c t="b"><v>', CAST(${column} AS INTEGER), '</v></c>')` };
  const styled = (style: number, value: string) => ({
    // Spreadsheets count days, and are wrong about those before.
    condition: `${column} BETWEEN ${type} '1900-03-01' AND ${type} '9999-12-31'`,
    sql: `concat('<c s="${style}"><v>', ${value}, '</v></c>')`,
  });
  if (type === "DATE") return styled(STYLES.day, `${column} - DATE '1899-12-30'`);
  if (type === "TIMESTAMP")
    return styled(STYLES.time, `epoch_us(${localTime(column, timeZone)}) / 86400e6 + 25569`);
  return undefined;
}

/** Characters that XML cannot have. */
const CONTROL = "[\\x00-\\x08\\x0b\\x0c\\x0e-\\x1f\\x{fffe}\\x{ffff}]";
/** A character's code, as spreadsheets write it in a text. */
const CODE = "_(x[0-9A-Fa-f]{4}_)";
/** Found in a text as it is, faster than by a pattern. */
const MARKUP = ["&", "<", ">", "_x", "\uFFFE", "\uFFFF"];

/**
 * Most texts are as in XML: to check them once is faster than to replace what they do not have. Their cell is the shortest; the
 * other kind keeps spaces at the ends.
 */
function textCell(text: string): string {
  const cut = `CASE WHEN strlen(${text}) > ${MAX_CELL_LENGTH} THEN left(${text}, ${CUT_CHARACTERS}) || '…' ELSE ${text} END`;
  const replaced = [
    ["&", "&amp;"],
    ["<", "&lt;"],
    [">", "&gt;"],
    ["\r", "&#13;"],
  ].reduce(
    (sql, [from = "", to = ""]) => `replace(${sql}, ${sqlString(from)}, ${sqlString(to)})`,
    `regexp_replace(regexp_replace(${cut}, '${CONTROL}', '\uFFFD', 'g'), '${CODE}', '_x005F_\\1', 'g')`,
  );
  return `CASE WHEN ${mayDiffer(text)}
    THEN concat('<c t="inlineStr"><is><t xml:space="preserve">', ${replaced}, '</t></is></c>')
    ELSE concat('<c t="str"><v>', ${text}, '</v></c>') END`;
}

/** True for each text that is not the same in a cell. JSON escapes control characters, and a few that XML does not. */
const mayDiffer = (text: string): string =>
  [
    `strlen(${text}) > ${MAX_CELL_LENGTH}`,
    `strlen(to_json(${text})) > strlen(${text}) + 2`,
    `starts_with(${text}, ' ')`,
    `ends_with(${text}, ' ')`,
    ...MARKUP.map((characters) => `contains(${text}, ${sqlString(characters)})`),
  ].join(" OR ");

const escapeXml = (text: string): string =>
  text
    .replaceAll(/[\p{Cc}\uFFFE\uFFFF]/gu, "\uFFFD")
    .replaceAll("&", "&amp;")
    .replaceAll("<", "&lt;")
    .replaceAll(">", "&gt;");
