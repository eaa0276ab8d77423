import {
  BACKSLASH,
  CLOSE_BRACE,
  CLOSE_BRACKET,
  COLON,
  COMMA,
  DASH,
  OPEN_BRACE,
  OPEN_BRACKET,
  QUOTE,
  SPACE,
  TAB,
  ZERO,
} from "./ascii";
import { Fields } from "./fields";
import { Search } from "./find";
import { makeText } from "./made-texts";
import { forgetNames, Name, NO_FIELD, NO_NAME, nameAt, newName } from "./names";
import { digitsEnd } from "./times";

export { nameText } from "./names";

/** An object in more objects and lists is another form: each takes a part of the stack. */
const MOST_DEPTH: u32 = 16;
/** A number of more digits may be printed in another way than it is written. */
const MOST_DIGITS: usize = 15;
/** `null`, `true` and `fals` */
const NULL: u32 = 0x6c6c756e;
const TRUE: u32 = 0x65757274;
const FALSE_START: u32 = 0x736c6166;
const FALSE_END: u8 = 0x65;
const FIRST_NOT_ASCII: u8 = 0x80;

/** The fields by name. */
export const fields: Fields = new Fields();
/** Where the text of each field starts and ends; 0 if it has none. */
const texts: StaticArray<u64> = new StaticArray<u64>(256);
let isOfFormat: bool = false;
/** The names of the fields in lines, in their order. */
const ordered: StaticArray<usize> = new StaticArray<usize>(256);
let orderedCount: u32 = 0;
/** Number of the current object. */
let objects: u32 = 0;
/** The next byte, and the end of the line. */
let at: usize = 0;
let end: usize = 0;
/** The text of the member that is looked for; 0 if the object does not have it. */
let keyStart: usize = 0;
let keyEnd: usize = 0;
/** True if the last text has escapes, so that it is not what stands in the line. */
let isEscaped: bool = false;

export function forgetObjects(): void {
  fields.clear();
  forgetNames();
}

/** Gives a field the text of the object itself. */
export function setWholeField(field: u32): void {
  nameAt(0).field = field;
}

/** Adds a name of a member, or of a choice. @returns its number; 0 is the object itself */
export function addName(parent: u32, field: u32, isInList: bool, isProof: bool): u32 {
  const name = newName(field, isInList, isProof);
  nameAt(parent).append(nameAt(name));
  return name;
}

/** Adds the items of a list. */
export function addItems(list: u32, field: u32, isProof: bool): u32 {
  const items = newName(field, true, isProof);
  nameAt(list).items = changetype<usize>(nameAt(items));
  return items;
}

/**
 * Finds the fields of a line that is a JSON object. Spaces but those after colons and commas, escapes in texts of fields, and
 * numbers that are not whole are another form.
 *
 * @returns false if the line has another form
 */
export function scanObject(start: usize, lineEnd: usize): bool {
  at = start;
  end = lineEnd;
  startLine();
  const whole = nameAt(0);
  if (!object(changetype<usize>(whole), NO_NAME, 0) || at != end || !isOfFormat) return false;
  return addText(changetype<usize>(whole), start, end) && addFields();
}

/** Forgets the names of fields in lines: their fields have positions. */
export function forgetOrder(): void {
  orderedCount = 0;
}

/** Adds the name of the next field in lines. @param name number of a member, or `NO_FIELD` */
export function addOrdered(name: u32): void {
  unchecked((ordered[orderedCount++] = name == NO_FIELD ? NO_NAME : changetype<usize>(nameAt(name))));
}

export function isOrdered(): bool {
  return orderedCount > 0;
}

/**
 * Finds the fields of a line whose fields have names, with tabs between them. Control characters are another form.
 *
 * @returns false if the line has another form
 */
export function scanOrdered(start: usize, lineEnd: usize): bool {
  startLine();
  let from = start;
  for (let index: u32 = 0; index < orderedCount && from <= lineEnd; index++) {
    const stop = Search.control(from, lineEnd);
    if (stop < lineEnd && load<u8>(stop) != TAB) return false;
    if (stop > from && !addText(unchecked(ordered[index]), from, stop)) return false;
    from = stop + 1;
  }
  return isOfFormat && addFields();
}

function startLine(): void {
  isOfFormat = false;
  memory.fill(changetype<usize>(texts), 0, fields.count * sizeof<u64>());
}

function addFields(): bool {
  for (let index: u32 = 0; index < fields.count; index++) {
    const field = fields.at(index);
    const text = unchecked(texts[index]);
    const start = <usize>(<u32>text);
    const stop = <usize>(text >> 32);
    if (start == stop) {
      if (!field.canLack) return false;
      field.lack();
    } else if (field.scan(start, stop) != stop) return false;
  }
  return true;
}

/** Each of these reads what starts at the next byte. They return false if it has another form. */

function value(name: usize, depth: u32): bool {
  const start = at;
  switch (load<u8>(at)) {
    case QUOTE:
      return text() && (isEscaped ? !hasField(name) : addText(name, start + 1, at - 1));
    case OPEN_BRACE:
      return depth < MOST_DEPTH && object(name, NO_NAME, depth);
    case OPEN_BRACKET:
      return depth < MOST_DEPTH && list(name, depth);
    default:
      return literal() ? load<u32>(start) == NULL || addText(name, start, at) : false;
  }
}

/** Characters that would be changed are another form. */
function text(): bool {
  isEscaped = false;
  for (at++; at < end; ) {
    const bytes = v128.load(at);
    const escapes = v128.or(i8x16.eq(bytes, i8x16.splat(QUOTE)), i8x16.eq(bytes, i8x16.splat(BACKSLASH)));
    const found = i8x16.bitmask(v128.or(escapes, Search.controls(bytes)));
    if (!found) {
      at += 16;
      continue;
    }
    at += ctz(found);
    const byte = load<u8>(at++);
    if (byte == QUOTE) return true;
    const escape = load<u8>(at++);
    if (byte != BACKSLASH || (escape != QUOTE && escape != BACKSLASH)) return false;
    isEscaped = true;
  }
  return false;
}

function literal(): bool {
  const word = load<u32>(at);
  if (word == NULL || word == TRUE) at += 4;
  else if (word == FALSE_START && load<u8>(at, 4) == FALSE_END) at += 5;
  else {
    const first = at + usize(load<u8>(at) == DASH);
    const last = digitsEnd(first, end, MOST_DIGITS);
    if (last == first || (load<u8>(first) == ZERO && last - at > 1)) return false;
    at = last;
  }
  return true;
}

/** @param key a member whose text is looked for */
function object(name: usize, key: usize, depth: u32): bool {
  if (load<u8>(++at) != CLOSE_BRACE) return members(name, key, depth);
  at++;
  return true;
}

function members(name: usize, key: usize, depth: u32): bool {
  const number = ++objects;
  do {
    skipSpaces();
    if (load<u8>(at) != QUOTE) return false;
    const isKey = key != NO_NAME && changetype<Name>(key).isAt(at, end);
    const member = name ? changetype<Name>(name).member(at, end) : NO_NAME;
    if (member) {
      const known = changetype<Name>(member);
      if (known.seen == number) return false;
      known.seen = number;
      at += known.length;
    } else if (!text() || isEscaped || load<u8>(at++) != COLON) return false;
    skipSpaces();
    const start = at + 1;
    if (isKey && (load<u8>(at) != QUOTE || keyStart != 0)) return false;
    if (!value(member, depth + 1)) return false;
    if (isKey) {
      if (isEscaped) return false;
      keyStart = start;
      keyEnd = at - 1;
    }
  } while (load<u8>(at++) == COMMA);
  return load<u8>(at - 1) == CLOSE_BRACE;
}

/** Programs that write objects again put spaces after colons and commas. */
function skipSpaces(): void {
  while (load<u8>(at) == SPACE) at++;
}

function list(name: usize, depth: u32): bool {
  const items = name ? changetype<Name>(name).items : NO_NAME;
  if (load<u8>(++at) == CLOSE_BRACKET) {
    at++;
    return true;
  }
  const isChosen = items != NO_NAME && changetype<Name>(items).length > 0;
  do {
    skipSpaces();
    if (!(isChosen ? chosenItem(items, depth + 1) : value(items, depth + 1))) return false;
  } while (load<u8>(at++) == COMMA);
  return load<u8>(at - 1) == CLOSE_BRACKET;
}

/** An object with a member that says which name it has: it is read twice, because this member is often not the first. */
function chosenItem(items: usize, depth: u32): bool {
  if (load<u8>(at) != OPEN_BRACE) return value(NO_NAME, depth);
  const start = at;
  keyStart = 0;
  if (!object(NO_NAME, items, depth)) return false;
  if (keyStart == 0) return true;
  // A letter of another script may have one of these as its lower case.
  for (let byte = keyStart; byte < keyEnd; byte++) if (load<u8>(byte) >= FIRST_NOT_ASCII) return false;
  const name = changetype<Name>(items).choice(keyStart, keyEnd);
  if (!name) return true;
  at = start;
  return object(name, NO_NAME, depth);
}

function hasField(name: usize): bool {
  return name != NO_NAME && changetype<Name>(name).field != NO_FIELD;
}

/** Adds a text to the field of a name. */
function addText(name: usize, start: usize, stop: usize): bool {
  if (!hasField(name)) return true;
  const known = changetype<Name>(name);
  const field = known.field;
  if (known.isProof && stop > start) isOfFormat = true;
  const before = unchecked(texts[field]);
  if (before == 0) {
    unchecked((texts[field] = <u64>start | ((<u64>stop) << 32)));
    return true;
  }
  // A field that the object has under both of its names.
  if (!known.isInList) return false;
  const length = <usize>(before >> 32) - <usize>(<u32>before);
  const joined = makeText(length + 1 + (stop - start));
  if (!joined) return false;
  memory.copy(joined, <usize>(<u32>before), length);
  store<u8>(joined + length, COMMA);
  memory.copy(joined + length + 1, start, stop - start);
  unchecked((texts[field] = <u64>joined | ((<u64>(joined + length + 1 + (stop - start))) << 32)));
  return true;
}
