import { groups, numbersOfGroups, valuesOfGroup } from "./groups";
import { codeOf, groupOf, places, placeValues } from "./lists";
import { addValues, valueBytes } from "./measures";
import { MOST_KEYS, Shape } from "./shapes";
import { FEW, KEY_BYTES, newTable, Table } from "./table";

/** No shape of a cube has few enough rows. */
export const NO_SHAPE: u32 = u32.MAX_VALUE;
const MOST_SHAPES: u32 = 16;

/** Codes while they get another shape. */
const codes: usize = heap.alloc(MOST_KEYS * 2);

/** Sums while groups are added: as soon as there are too many, they get the next, coarser shape. */
@unmanaged
export class Cube {
  /** The number of its shape, or `NO_SHAPE`. */
  shape: u32;
  sums: Table;
  private most: u32;
  /** False if a shape cannot be made of the one before. */
  private isNested: bool;
  private next: u32;
  private shapeCount: u32;
  private shapes: usize;

  addShape(shape: Shape): void {
    store<usize>(this.shapes + <usize>this.shapeCount * sizeof<usize>(), changetype<usize>(shape));
    if (++this.shapeCount > MOST_SHAPES) unreachable();
  }

  addGroups(batch: u32): void {
    if (this.shape == NO_SHAPE) return;
    const numbers = numbersOfGroups(this.shapeAt(this.shape), batch);
    for (let group: u32 = 0; group < groups.length; group++)
      this.add(load<u64>(numbers + <usize>group * 8), valuesOfGroup(group));
    if (this.isNested) this.shrink();
  }

  /** Adds the groups as a list divides them. */
  addPlaces(batch: u32): void {
    if (this.shape == NO_SHAPE) return;
    const shape = this.shapeAt(this.shape);
    const numbers = numbersOfGroups(shape, batch);
    for (let place: usize = 0; place < places; place++) {
      const number = load<u64>(numbers + <usize>load<u32>(groupOf + place * 4) * 8);
      const value = <u64>load<u16>(codeOf + place * 2);
      this.add(value * shape.size + number, placeValues + place * valueBytes);
    }
    if (this.isNested) this.shrink();
  }

  /** A shape that has too many sums, too, is left out. */
  shrink(): void {
    while (this.shape != NO_SHAPE && this.sums.length > this.most) {
      if (this.next == this.shapeCount) this.shape = NO_SHAPE;
      else if (this.getShape(this.next)) this.shape = this.next++;
      else this.next++;
    }
  }

  private add(key: u64, values: usize): void {
    const number = this.sums.numberOf(key);
    addValues(this.sums.at(number) + KEY_BYTES, values);
  }

  /** @returns false if there are still too many sums */
  private getShape(next: u32): bool {
    const from = this.shapeAt(this.shape);
    const to = this.shapeAt(next);
    const sums = newTable(valueBytes, FEW);
    for (let number: u32 = 0; number < this.sums.length && sums.length <= this.most; number++) {
      const key = this.sums.key(number);
      const value = key / from.size;
      from.unpack(key - value * from.size, codes);
      const sum = sums.numberOf(value * to.size + to.pack(codes));
      addValues(sums.at(sum) + KEY_BYTES, this.sums.at(number) + KEY_BYTES);
    }
    const fits = sums.length <= this.most;
    const left = fits ? this.sums : sums;
    if (fits) this.sums = sums;
    left.free();
    return fits;
  }

  private shapeAt(index: u32): Shape {
    return changetype<Shape>(load<usize>(this.shapes + <usize>index * sizeof<usize>()));
  }
}

/** @param most sums that it may have at the end */
export function newCube(most: u32, isNested: bool): Cube {
  const cube = changetype<Cube>(heap.alloc(offsetof<Cube>()));
  cube.shape = 0;
  cube.sums = newTable(valueBytes, FEW);
  cube.most = most;
  cube.isNested = isNested;
  cube.next = 1;
  cube.shapeCount = 0;
  cube.shapes = heap.alloc(<usize>MOST_SHAPES * sizeof<usize>());
  return cube;
}
