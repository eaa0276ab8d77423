import { orderIn } from "../formats/field-order";
import type { LogFormat } from "../formats/log-format";

/** Which order the fields of a file's lines have, as its headers say. */
export interface LineOrder {
  /** False if the program cannot find the fields of lines in this order. */
  readonly canScan: boolean;
  /** @returns true if the fields of the lines that follow have another order, which the line reader must know, too */
  addHeader(line: string): boolean;
}

/** @param setOrder tells the program the order of the lines that follow; it gets no names if it is the format's own */
export function lineOrder(format: LogFormat, setOrder: (names: readonly string[]) => void): LineOrder {
  // In lines of load balancers with tabs, quotes can be around a field.
  const canScanOrders = format.separator === "\t";
  let isOwn = true;
  setOrder([]);
  return {
    get canScan() {
      return isOwn || canScanOrders;
    },
    addHeader: (line) => {
      const names = orderIn(format, line);
      // The line reader would learn nothing from it, and most files have no other line for it.
      if (names === undefined || (isOwn && names.length === 0)) return false;
      isOwn = names.length === 0;
      setOrder(names);
      return true;
    },
  };
}
