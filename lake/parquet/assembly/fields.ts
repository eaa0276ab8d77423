import { Field, newField } from "./forms";

const MOST_FIELDS: i32 = 256;

/** The fields of lines, in order. */
export class Fields {
  private readonly all: StaticArray<usize> = new StaticArray<usize>(MOST_FIELDS);
  count: u32 = 0;

  clear(): void {
    this.count = 0;
  }

  add(form: u32, isOptional: bool, canLack: bool, least: u32, most: u32, fraction: u32): void {
    const index = this.count++;
    if (!unchecked(this.all[index])) unchecked((this.all[index] = changetype<usize>(newField())));
    this.at(index).set(form, isOptional, canLack, least, most, fraction);
  }

  @inline at(index: u32): Field {
    return changetype<Field>(unchecked(this.all[index]));
  }
}
