import type { DuckdbEngine } from "./duckdb-engine";
import { duckdb } from "./duckdb-library";
import { columnsOf, type ResultColumn, relationOf } from "./plain-columns";
import { chunksOf } from "./result-chunks";
import { columnWidths, rowSql, titleRow, XLSX_STYLES } from "./xlsx-cells";
import { ZipWriter } from "./zip-writer";

/** Rows of a sheet; a title is above them. */
const ROWS_PER_SHEET = 2 ** 20 - 1;
/** Bytes of a sheet: a file of a zip has less than 4 GiB. */
const BYTES_PER_SHEET = 3 * 2 ** 30;

const HEAD = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n';
const MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main";
const RELATIONS = "http://schemas.openxmlformats.org/officeDocument/2006/relationships";
const PACKAGE = "http://schemas.openxmlformats.org/package/2006";
const KIND = "application/vnd.openxmlformats-officedocument.spreadsheetml";
/** The first row stays in sight. */
const VIEW =
  '<sheetViews><sheetView workbookViewId="0"><pane ySplit="1" topLeftCell="A2" activePane="bottomLeft" state="frozen"/></sheetView></sheetViews>';

/**
 * Writes the rows of one SELECT as a spreadsheet (Office Open XML). DuckDB writes the text of each row. More rows than
 * a sheet takes are in further sheets.
 *
 * @returns the number of rows
 * @throws QueryFailedError
 */
export async function saveXlsx(
  engine: DuckdbEngine,
  select: string,
  file: string,
  timeZone: string | undefined,
): Promise<number> {
  const columns = await columnsOf(engine, select);
  const sql = `SELECT encode(${rowSql(columns, timeZone)}) FROM ${relationOf(select)}`;
  const rows = new WaitingRows(rowBytes(engine, sql));
  const zip = await ZipWriter.create(file);
  try {
    let sheets = 0;
    do {
      sheets++;
      await zip.add(`xl/worksheets/sheet${sheets}.xml`, sheet(columns, rows));
    } while (await rows.hasMore());
    for (const [name, xml] of Object.entries(bookOf(sheets))) await zip.add(name, [Buffer.from(HEAD + xml)]);
    await zip.finish();
  } finally {
    await zip.close();
  }
  return rows.taken;
}

/** The bytes of each row, in batches: to make texts of them, and bytes again, would take as long as the query. */
async function* rowBytes(engine: DuckdbEngine, sql: string): AsyncGenerator<readonly Uint8Array[]> {
  const { DuckDBBlobVector } = duckdb();
  for await (const chunk of chunksOf(await engine.stream(sql))) {
    const column = chunk.getColumnVector(0);
    if (!(column instanceof DuckDBBlobVector)) throw new Error("rows of a sheet are not bytes");
    yield Array.from({ length: chunk.rowCount }, (_, row) => column.getItemBytes(row) ?? new Uint8Array());
  }
}

/** Rows that the sheets take one after the other. */
class WaitingRows {
  taken = 0;
  private waiting: readonly Uint8Array[] = [];

  constructor(private readonly batches: AsyncIterator<readonly Uint8Array[]>) {}

  async hasMore(): Promise<boolean> {
    while (this.waiting.length === 0) {
      const { done, value } = await this.batches.next();
      if (done) return false;
      this.waiting = value;
    }
    return true;
  }

  take(limit: number): readonly Uint8Array[] {
    const rows = this.waiting.slice(0, limit);
    this.waiting = this.waiting.slice(limit);
    this.taken += rows.length;
    return rows;
  }
}

async function* sheet(columns: readonly ResultColumn[], rows: WaitingRows): AsyncGenerator<Buffer> {
  yield Buffer.from(
    `${HEAD}<worksheet xmlns="${MAIN}">${VIEW}${columnWidths(columns)}<sheetData>${titleRow(columns)}`,
  );
  const end = rows.taken + ROWS_PER_SHEET;
  let bytes = 0;
  while (rows.taken < end && bytes < BYTES_PER_SHEET && (await rows.hasMore())) {
    const text = Buffer.concat(rows.take(end - rows.taken));
    bytes += text.length;
    yield text;
  }
  yield Buffer.from("</sheetData></worksheet>");
}

/** The other files of a spreadsheet. */
function bookOf(sheets: number): Readonly<Record<string, string>> {
  const numbers = Array.from({ length: sheets }, (_, index) => index + 1);
  const relations = (...lines: readonly string[]) =>
    `<Relationships xmlns="${PACKAGE}/relationships">${lines.join("")}</Relationships>`;
  const relation = (id: string, type: string, target: string) =>
    `<Relationship Id="${id}" Type="${RELATIONS}/${type}" Target="${target}"/>`;
  const part = (name: string, kind: string) =>
    `<Override PartName="/xl/${name}.xml" ContentType="${KIND}.${kind}+xml"/>`;
  return {
    "xl/styles.xml": XLSX_STYLES,
    "xl/workbook.xml": `<workbook xmlns="${MAIN}" xmlns:r="${RELATIONS}"><sheets>${numbers
      .map((n) => `<sheet name="rows${n === 1 ? "" : ` ${n}`}" sheetId="${n}" r:id="rId${n}"/>`)
      .join("")}</sheets></workbook>`,
    "xl/_rels/workbook.xml.rels": relations(
      ...numbers.map((n) => relation(`rId${n}`, "worksheet", `worksheets/sheet${n}.xml`)),
      relation("styles", "styles", "styles.xml"),
    ),
    "_rels/.rels": relations(relation("rId1", "officeDocument", "xl/workbook.xml")),
    "[Content_Types].xml": `<Types xmlns="${PACKAGE}/content-types"><Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/><Default Extension="xml" ContentType="application/xml"/>${part("workbook", "sheet.main")}${part("styles", "styles")}${numbers.map((n) => part(`worksheets/sheet${n}`, "worksheet")).join("")}</Types>`,
  };
}
