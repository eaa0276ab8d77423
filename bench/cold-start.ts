import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { unzipSync } from "fflate";
import type { LakeEnvironment, MoveEnvironment, PartitionEnvironment } from "../handlers/environment";
import { handlerCode } from "../modules/handler-code";
import { HANDLER_NAMES, type HandlerName } from "../pipeline/handler-names";
import type { BenchOptions, Cell, Outcome, Table, Target } from "./benchmark";
import { type Variants, variantsOf } from "./cold-start-variants";
import { functionEnvironment, lambdaNode, moveEnvironment, startFunction } from "./function-process";
import type { FunctionReport } from "./function-report";
import { alternate, type Measured, ratio, runsOf, spread } from "./measure";

const KIB = 1024;

/** Time that a new Lambda environment needs to load the module, and the size of its code. */
export async function coldStart(options: BenchOptions): Promise<Outcome> {
  const folder = mkdtempSync(join(__dirname, "cold-start-"));
  try {
    const node = lambdaNode(options);
    const empty = join(folder, "empty.js");
    writeFileSync(empty, "exports.handler = async () => undefined;");
    const handlers = HANDLER_NAMES.map((name) => variantsOf(name, folder));
    const files = [empty, ...handlers.flatMap(({ ours, unbundled, bare }) => [ours, unbundled, ...bare])];
    options.progress(`loading ${new Set(files).size} modules in turn`);
    const measured = await alternate(
      options.quick ? 5 : 21,
      [...new Set(files)].map((file) => ({ name: file, run: () => loadOnce(node.path, file) })),
      () => undefined,
    );
    return {
      input: `Each module loaded in a new process, ${node.note}.`,
      tables: [comparison(measured, handlers, empty)],
      targets: handlers.flatMap((handler) => [initTarget(measured, handler), ...sizeTargets(handler.name)]),
      notes: [],
    };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

const ENVIRONMENT: MoveEnvironment & PartitionEnvironment & LakeEnvironment = {
  ...moveEnvironment("logs"),
  DATABASE: "logs",
  WORKGROUP: "pipeline",
  BUCKET: "logs",
  COLUMNAR: "true",
  PARTITIONS: "managed",
};

async function loadOnce(node: string, file: string): Promise<FunctionReport> {
  const loaded = await startFunction(node, file, {
    ...functionEnvironment("http://127.0.0.1:9"),
    ...ENVIRONMENT,
  });
  await loaded.stop();
  return loaded.init;
}

const loadTimes = (measured: Measured<FunctionReport>, file: string): readonly number[] =>
  runsOf(measured, file).map(({ milliseconds }) => milliseconds);

/** The bundle of the bare clients that loads fastest. */
const bestBare = (measured: Measured<FunctionReport>, { bare }: Variants): string =>
  bare.reduce((best, file) =>
    spread(loadTimes(measured, file)).median < spread(loadTimes(measured, best)).median ? file : best,
  );

function comparison(measured: Measured<FunctionReport>, handlers: readonly Variants[], empty: string): Table {
  const row = (name: string, file: string, zipKiB: Cell, codeKiB: Cell): Cell[] => [
    name,
    zipKiB,
    codeKiB,
    spread(loadTimes(measured, file)),
    spread(runsOf(measured, file).map(({ memoryMiB }) => memoryMiB)),
  ];
  return {
    title: "Loading",
    columns: ["module", "zip, KiB", "code, KiB", "load, ms", "memory, MiB"],
    rows: [
      row("an empty handler", empty, "", ""),
      ...handlers.flatMap((handler) => {
        const { name, ours, unbundled } = handler;
        const { zipKiB, codeKiB } = sizesOf(name);
        const bare = bestBare(measured, handler);
        return [
          row(name, ours, zipKiB, codeKiB),
          row(`${name}, not bundled`, unbundled, "", ""),
          row("its bare clients, best bundle", bare, "", statSync(bare).size / KIB),
        ];
      }),
    ],
  };
}

function initTarget(measured: Measured<FunctionReport>, handler: Variants): Target {
  const bare = bestBare(measured, handler);
  const [ours, theirs] = [loadTimes(measured, handler.ours), loadTimes(measured, bare)];
  return {
    kind: "goal",
    name: `loading ${handler.name} against its bare clients`,
    value: ratio(ours, theirs).median,
    bound: { atMost: 1.1 },
    unit: "x",
    detail: `${spread(ours).median.toFixed(0)} ms to ${spread(theirs).median.toFixed(0)} ms`,
    reason: "The function also contains the logger, the metrics and the validation of its environment",
  };
}

function sizesOf(name: HandlerName): { readonly zipKiB: number; readonly codeKiB: number } {
  const zip = readFileSync(handlerCode(name).path);
  return { zipKiB: zip.length / KIB, codeKiB: (unzipSync(zip)["index.js"]?.length ?? 0) / KIB };
}

/** Lambda loads small code faster. */
function sizeTargets(name: HandlerName): readonly Target[] {
  const { zipKiB, codeKiB } = sizesOf(name);
  return [
    { kind: "limit", name: `zip of ${name}`, value: zipKiB, bound: { atMost: 200 }, unit: "KiB" },
    { kind: "limit", name: `code of ${name}`, value: codeKiB, bound: { atMost: 450 }, unit: "KiB" },
  ];
}
