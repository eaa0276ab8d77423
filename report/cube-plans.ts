import { type CubeColumn, type CubeShape, type DimensionId, type MeasureId, TIME, VALUE } from "./model";
import type { Measure, Subject } from "./subject";

/** A cube that the page should have: the first shape that has few enough rows. All shapes have keys of the first one. */
export interface CubePlan {
  /** The list that the cube is about; its first key is then the list's value. */
  readonly list?: string;
  readonly measures: readonly Measure[];
  readonly shapes: readonly [CubeShape, ...CubeShape[]];
  readonly rows: number;
}

/** Rows of a cube; about seven bytes each on the page. */
const MAX_SINGLE_ROWS = 6_000;
const MAX_JOINED_ROWS = 16_000;
const MAX_WHOLE_ROWS = 8_000;
const MAX_LIST_ROWS = 2_500;
/** Dimensions that every cube has. */
const ALWAYS: readonly DimensionId[] = ["status", "traffic"];
/** Measures of lists: those of every subject, as there are many lists. */
const LIST_MEASURES: readonly MeasureId[] = ["requests", "sent", "untimed", "milliseconds"];
const NO_CAPS = {};
/** Numbers of slots that are added up in a cube with longer slots. */
const MERGED_SLOTS = [2, 4, 8, 16];

const shapeOf = (keys: readonly CubeColumn[], slots = 1, caps: CubeShape["caps"] = NO_CAPS): CubeShape => ({
  keys,
  slots,
  caps,
});

/** The same keys in longer and longer slots. */
const longerShapes = (keys: readonly CubeColumn[], slots: number): CubeShape[] =>
  MERGED_SLOTS.filter((merged) => merged < slots).map((merged) => shapeOf(keys, merged));

/** The first keys, and fewer and fewer of the others. */
const keyShapes = (first: readonly CubeColumn[], others: readonly CubeColumn[]): CubePlan["shapes"] => [
  shapeOf([...first, ...others]),
  ...others.map((_, dropped) => shapeOf([...first, ...others.slice(0, others.length - dropped - 1)])),
];

const idsOf = ({ dimensions }: Subject) => {
  const ids = dimensions.map(({ id }) => id);
  return { ids, others: ids.filter((id) => !ALWAYS.includes(id)) };
};

/**
 * By time and one dimension, as fine as the slots; by time and all dimensions, in longer slots if there are many
 * combinations; by all dimensions. The page uses the first that has what a panel needs.
 */
export function mainPlans(subject: Subject, slots: number): CubePlan[] {
  const { measures } = subject;
  const { ids, others } = idsOf(subject);
  const all: CubeColumn[] = [TIME, ...ids];
  const single = others.map((id): CubePlan => {
    const keys: CubeColumn[] = [TIME, ...ALWAYS, id];
    const values = subject.dimensions.find((one) => one.id === id)?.values ?? 0;
    const capped = [20, 8].filter((cap) => cap < values).map((cap) => shapeOf(keys, 1, { [id]: cap }));
    const shapes: CubePlan["shapes"] = [shapeOf(keys), ...capped, ...longerShapes(keys, slots)];
    return { measures, shapes, rows: MAX_SINGLE_ROWS };
  });
  return [
    ...single,
    { measures, shapes: [shapeOf(all), ...longerShapes(all, slots)], rows: MAX_JOINED_ROWS },
    { measures, shapes: keyShapes(ALWAYS, others), rows: MAX_WHOLE_ROWS },
  ];
}

/** Two cubes of a list, so that either time or every dimension can filter it; both together would be too large. */
export function listPlans(subject: Subject, list: string, slots: number): CubePlan[] {
  const measures = subject.measures.filter(({ id }) => LIST_MEASURES.includes(id));
  const timed: CubeColumn[] = [VALUE, TIME, ...ALWAYS];
  const plan = { list, measures, rows: MAX_LIST_ROWS };
  return [
    { ...plan, shapes: [shapeOf(timed), ...longerShapes(timed, slots)] },
    { ...plan, shapes: keyShapes([VALUE, ...ALWAYS], idsOf(subject).others) },
  ];
}
