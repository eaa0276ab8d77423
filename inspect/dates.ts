/** The earliest date; `undefined` for an empty list. */
export const earliest = (dates: readonly Date[]): Date | undefined =>
  dates.reduce<Date | undefined>((first, date) => (first && first <= date ? first : date), undefined);

/** The latest date; `undefined` for an empty list. */
export const latest = (dates: readonly Date[]): Date | undefined =>
  dates.reduce<Date | undefined>((last, date) => (last && last >= date ? last : date), undefined);

/** A property that is left out if there is no date. */
export const dated = <Name extends string>(
  name: Name,
  date: Date | undefined,
): { readonly [N in Name]?: Date } => (date ? { [name]: date } : {}) as { readonly [N in Name]?: Date };
