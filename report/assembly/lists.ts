import { BATCH_ROWS, codesOf } from "./batch";
import { codesOfGroup, firstOfGroup, groups, order, orderedValues, valuesOfGroup } from "./groups";
import { addValues, copyValues, valueBytes } from "./measures";
import { zeroed } from "./memory";

const MOST_CODES: usize = 1 << 16;

/** Number of places: a group has one for each of its values of a list. */
export let places: u32 = 0;
/** The group and the code of each place, and its sums. */
export const groupOf: usize = heap.alloc(BATCH_ROWS * 4);
export const codeOf: usize = heap.alloc(BATCH_ROWS * 2);
export let placeValues: usize = 0;
/** The last place of each code, and 1. All are 0 between two lists. */
const placeOf: usize = zeroed(MOST_CODES * 4);

export function beginLists(): void {
  placeValues = heap.alloc(BATCH_ROWS * valueBytes);
}

/** Divides the groups by a list that rows are not grouped by. Rows with code 0 are left out. */
export function divide(list: u32): void {
  const codes = codesOf(list);
  places = 0;
  for (let group: u32 = 0; group < groups.length; group++) {
    const before = places;
    for (let at = firstOfGroup(group); at < firstOfGroup(group + 1); at++) {
      const code = load<u16>(codes + ((<usize>load<u32>(order + ((<usize>at) << 2))) << 1));
      if (code == 0) continue;
      const place = load<u32>(placeOf + ((<usize>code) << 2));
      const values = orderedValues + <usize>at * valueBytes;
      if (place > before) addValues(placeValues + <usize>(place - 1) * valueBytes, values);
      else {
        addPlace(group, code, values);
        store<u32>(placeOf + ((<usize>code) << 2), places);
      }
    }
  }
  for (let place: usize = 0; place < places; place++)
    store<u32>(placeOf + ((<usize>load<u16>(codeOf + (place << 1))) << 2), 0);
}

/** The same for a list that rows are grouped by: all rows of a group have the same code. */
export function divideByColumn(column: u32): void {
  places = 0;
  for (let group: u32 = 0; group < groups.length; group++) {
    const code = load<u16>(codesOfGroup(group) + ((<usize>column) << 1));
    if (code != 0) addPlace(group, code, valuesOfGroup(group));
  }
}

function addPlace(group: u32, code: u16, values: usize): void {
  const place = <usize>places;
  store<u32>(groupOf + place * 4, group);
  store<u16>(codeOf + place * 2, code);
  copyValues(placeValues + place * valueBytes, values);
  places++;
}
