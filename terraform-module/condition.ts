/** One setting of the pipeline that determines which resources exist, and not only a value. */
export interface Switch {
  readonly name: string;
  /** At least two; exactly one of them holds in every deployment. */
  readonly options: readonly Option[];
  /** Variable whose values the options represent. */
  readonly reference?: string;
  /** The format of the sources that it is about. */
  readonly format?: string;
  /** True if each source has its own value: it decides only about items that are repeated for each source. */
  readonly perSource?: true;
}

/** One way to set a switch, with Terraform's condition for it. */
export interface Option {
  readonly when: string;
  readonly unless: string;
  readonly value?: string | boolean;
  /** A variable and the value in it that are null unless this option holds. */
  readonly nullUnless?: { readonly variable: string; readonly value: string };
}

/** The index of the option that holds, switch by switch. */
export type Assignment = readonly number[];

/** An option that must not hold. */
interface Exclusion {
  readonly of: number;
  readonly option: number;
}

/** True if one of these lists has no option that holds. */
export type Condition = readonly (readonly Exclusion[])[];

export const ALWAYS: Condition = [[]];
export const isAlways = (condition: Condition): boolean => condition.some(({ length }) => length === 0);

const excludes = (term: readonly Exclusion[], assignment: Assignment): boolean =>
  term.some(({ of, option }) => assignment[of] === option);

export const holds = (condition: Condition, assignment: Assignment): boolean =>
  condition.some((term) => !excludes(term, assignment));

/**
 * The simplest condition found that distinguishes assignments: it holds for all of `wanted` and for none of `unwanted`.
 * It uses as few switches as possible, so that it is also right for assignments that are in neither list.
 *
 * @param format format of the sources that the condition is about: switches about other formats decide only if no others can
 */
export function conditionFor(
  switches: readonly Switch[],
  wanted: readonly Assignment[],
  unwanted: readonly Assignment[],
  format?: string,
): Condition {
  if (unwanted.length === 0) return ALWAYS;
  const all = [...switches.keys()];
  const own = all.filter((index) => {
    const { format: about, perSource } = switches[index] ?? {};
    return about === undefined || (format === undefined ? !perSource : about === format);
  });
  const isEnough = mistakenBy(own, wanted, unwanted) === undefined;
  const deciding = decidingSwitches(isEnough ? own : all, wanted, unwanted);
  const candidates = wanted
    .filter(uniqueBy((assignment) => deciding.map((of) => assignment[of]).join()))
    .map((assignment) => exclusionsOf(switches, deciding, assignment))
    // The order of removals determines which exclusions must stay.
    .flatMap((term) => [generalize(term, unwanted), generalize([...term].reverse(), unwanted)]);
  return cover(wanted, candidates);
}

/** The fewest terms that cover all assignments; the result does not depend on the order of the assignments. */
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

/** The fewest switches that are enough to distinguish the two lists. */
function decidingSwitches(
  candidates: readonly number[],
  wanted: readonly Assignment[],
  unwanted: readonly Assignment[],
): readonly number[] {
  // Pairs that one subset cannot distinguish often rule out the next subset, too: only subsets are tried that distinguish them.
  const mistaken: Mistaken[] = [];
  for (let size = 1; size < candidates.length; size++) {
    for (const subset of subsets(candidates, size, mistaken)) {
      const found = mistakenBy(subset, wanted, unwanted);
      if (found === undefined) return subset;
      mistaken.push(found);
    }
  }
  return candidates;
}

/** A wanted and an unwanted assignment. */
interface Mistaken {
  readonly one: Assignment;
  readonly other: Assignment;
}

/** A pair that is the same in these switches. */
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

/** Subsets that distinguish all of these pairs, and those that are added until the next subset is asked for. */
function* subsets(
  of: readonly number[],
  size: number,
  pairs: readonly Mistaken[],
  chosen: readonly number[] = [],
  from = 0,
): Generator<readonly number[]> {
  const open = pairs.find(({ one, other }) => chosen.every((index) => one[index] === other[index]));
  if (chosen.length === size) {
    if (open === undefined) yield chosen;
    return;
  }
  for (const [at, next] of of.entries()) {
    if (at < from) continue;
    // The last switch must distinguish the pair that the others do not.
    if (open && chosen.length === size - 1 && open.one[next] === open.other[next]) continue;
    yield* subsets(of, size, pairs, [...chosen, next], at + 1);
  }
}

/** Every option that does not hold in an assignment. */
const exclusionsOf = (
  switches: readonly Switch[],
  deciding: readonly number[],
  assignment: Assignment,
): Exclusion[] =>
  deciding.flatMap((of) =>
    (switches[of]?.options ?? []).flatMap((_, option) => (assignment[of] === option ? [] : [{ of, option }])),
  );

/** Removes exclusions that are not needed to exclude all unwanted assignments. */
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

/** The option that must hold, if the condition requires nothing else. */
export function onlyOption(switches: readonly Switch[], condition: Condition): Option | undefined {
  const [[first, ...others] = [], ...terms] = condition;
  if (first === undefined || terms.length > 0 || others.some(({ of }) => of !== first.of)) return undefined;
  const excluded = [first, ...others].map(({ option }) => option);
  const left = switches[first.of]?.options.filter((_, option) => !excluded.includes(option)) ?? [];
  return left.length === 1 ? left[0] : undefined;
}

/** A condition as a Terraform expression. */
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
