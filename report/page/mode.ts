/** How the page is drawn. Without a script, there is nothing to click and all rows are there. */
export interface Mode {
  readonly isInteractive: boolean;
  readonly timeZone: string;
  readonly width: number;
  /** Order and search of a panel's table. */
  readonly tableOf: (panel: string) => TableState;
}

export interface TableState {
  readonly sort?: { readonly column: number; readonly isDescending: boolean };
  readonly search: string;
  readonly isComplete: boolean;
}

export const AS_IT_IS: TableState = { search: "", isComplete: true };
