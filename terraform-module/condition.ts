/** One setting of the pipeline that decides what there is, and not only what a value is. */
export interface Switch {
  readonly name: string;
  /** At least two; one of them holds in every deployment. */
  readonly options: readonly Option[];
  /** Variable whose values the options stand for. */
  readonly reference?: string;
}

/** One way to set a switch, as Terraform asks for it. */
export interface Option {
  readonly when: string;
  readonly unless: string;
  readonly value?: string | boolean;
  /** What is null unless this option holds: a variable, and the value in it. */
  readonly nullUnless?: { readonly variable: string; readonly value: string };
}

/** The index of the option that holds, switch by switch. */
export type Assignment = readonly number[];

/** An option that must not hold. */
interface Exclusion {
  readonly of: number;
  readonly option: number;
}

/** True if, for one of these lists, none of its options holds. */
export type Condition = readonly (readonly Exclusion[])[];

export const ALWAYS: Condition = [[]];
export const isAlways = (condition: Condition): boolean => condition.some(({ length }) => length === 0);

const excludes = (term: readonly Exclusion[], assignment: Assignment): boolean =>
  term.some(({ of, option }) => assignment[of] === option);

export const holds = (condition: Condition, assignment: Assignment): boolean =>
  condition.some((term) => !excludes(term, assignment));

/**
 * The simplest condition found that tells assignments apart: it holds for all of `wanted` and for none of `unwanted`. It
 * speaks of as few switches as possible, so that it is right for assignments that were not asked about, too.
 */
export function conditionFor(
  switches: readonly Switch[],
  wanted: readonly Assignment[],
  unwanted: readonly Assignment[],
): Condition {
  if (unwanted.length === 0) return ALWAYS;
  const deciding = decidingSwitches(switches.length, wanted, unwanted);
  const candidates = wanted
    .filter(uniqueBy((assignment) => deciding.map((of) => assignment[of]).join()))
    .map((assignment) => exclusionsOf(switches, deciding, assignment))
    // What is left out first decides what must stay.
    .flatMap((term) => [generalize(term, unwanted), generalize([...term].reverse(), unwanted)]);
  return cover(wanted, candidates);
}

/** As few terms as it takes, the same ones in whatever order the assignments come. */
function cover(wanted: readonly Assignment[], candidates: readonly (readonly Exclusion[])[]): Condition {
  const ranked = (left: readonly Assignment[]) =>
    candidates
      .map((term) => ({ term, covered: left.filter((assignment) => !excludes(term, assignment)).length }))
      .sort((a, b) => b.covered - a.covered || a.term.length - b.term.length || order(a.term, b.term));
  const terms: (readonly Exclusion[])[] = [];
  for (let left = wanted; left.length > 0; left = left.filter((assignment) => !holds(terms, assignment))) {
    const [best] = ranked(left);
    if (!best) break;
    terms.push(best.term);
  }
  return terms;
}

const order = (one: readonly Exclusion[], other: readonly Exclusion[]): number =>
  JSON.stringify(one) < JSON.stringify(other) ? -1 : 1;

function uniqueBy<Item>(keyOf: (item: Item) => string): (item: Item) => boolean {
  const seen = new Set<string>();
  return (item) => seen.size < seen.add(keyOf(item)).size;
}

/** The fewest switches by which alone the two can be told apart. */
function decidingSwitches(
  count: number,
  wanted: readonly Assignment[],
  unwanted: readonly Assignment[],
): readonly number[] {
  // What one subset cannot tell apart, the next one often cannot, either; that is quickly seen.
  const mistaken: Mistaken[] = [];
  for (let size = 1; size < count; size++) {
    for (const subset of subsets(count, size)) {
      if (mistaken.some(({ one, other }) => subset.every((index) => one[index] === other[index]))) continue;
      const found = mistakenBy(subset, wanted, unwanted);
      if (found === undefined) return subset;
      mistaken.push(found);
    }
  }
  return Array.from({ length: count }, (_, index) => index);
}

/** One that is wanted and one that is not. */
interface Mistaken {
  readonly one: Assignment;
  readonly other: Assignment;
}

/** Two that are the same by these switches. */
function mistakenBy(
  subset: readonly number[],
  wanted: readonly Assignment[],
  unwanted: readonly Assignment[],
): Mistaken | undefined {
  const keyOf = (assignment: Assignment) => subset.map((index) => assignment[index]).join();
  const byKey = new Map(wanted.map((one) => [keyOf(one), one]));
  for (const other of unwanted) {
    const one = byKey.get(keyOf(other));
    if (one) return { one, other };
  }
  return undefined;
}

function* subsets(count: number, size: number, from = 0): Generator<readonly number[]> {
  if (size === 0) yield [];
  else {
    for (let first = from; first < count; first++) {
      for (const others of subsets(count, size - 1, first + 1)) yield [first, ...others];
    }
  }
}

/** What is true of an assignment: every option that does not hold. */
const exclusionsOf = (
  switches: readonly Switch[],
  deciding: readonly number[],
  assignment: Assignment,
): Exclusion[] =>
  deciding.flatMap((of) =>
    (switches[of]?.options ?? []).flatMap((_, option) => (assignment[of] === option ? [] : [{ of, option }])),
  );

/** Leaves out whatever is not needed to exclude all that is unwanted. */
function generalize(term: readonly Exclusion[], unwanted: readonly Assignment[]): Exclusion[] {
  const left = term.reduce<Exclusion[]>(
    (kept, exclusion) => {
      const fewer = kept.filter((item) => item !== exclusion);
      return unwanted.every((assignment) => excludes(fewer, assignment)) ? fewer : kept;
    },
    [...term],
  );
  return left.sort((one, other) => one.of - other.of || one.option - other.option);
}

/** The option that must hold, if a condition asks for nothing else. */
export function onlyOption(switches: readonly Switch[], condition: Condition): Option | undefined {
  const [[first, ...others] = [], ...terms] = condition;
  if (first === undefined || terms.length > 0 || others.some(({ of }) => of !== first.of)) return undefined;
  const excluded = [first, ...others].map(({ option }) => option);
  const left = switches[first.of]?.options.filter((_, option) => !excluded.includes(option)) ?? [];
  return left.length === 1 ? left[0] : undefined;
}

/** A condition as Terraform reads it. */
export function renderCondition(switches: readonly Switch[], condition: Condition): string {
  if (isAlways(condition)) return "true";
  const terms = condition.map((term) => renderTerm(switches, term));
  const [only = "false", ...others] = terms;
  if (others.length === 0) return only;
  return terms.map((term) => (term.includes(" && ") ? `(${term})` : term)).join(" || ");
}

const renderTerm = (switches: readonly Switch[], term: readonly Exclusion[]): string =>
  switches
    .flatMap(({ options }, of) => {
      const excluded = term.filter((exclusion) => exclusion.of === of).map(({ option }) => option);
      const [left, ...others] = options.filter((_, option) => !excluded.includes(option));
      if (excluded.length === 0 || left === undefined) return [];
      return others.length === 0
        ? [left.when]
        : options.filter((_, option) => excluded.includes(option)).map(({ unless }) => unless);
    })
    .join(" && ");
