import { csvText } from '../../text/csv.ts';

/** A value of a chart's table; a number keeps its precision in the export whatever words stand on the screen. */
export type Cell = string | number | { readonly value: number; readonly text: string };

/** The twin of a picture: the same facts as rows. */
export interface ChartTable {
  readonly columns: readonly string[];
  readonly rows: readonly (readonly Cell[])[];
}

/** A cell as it is read. */
export function cellText(cell: Cell): string {
  return typeof cell === 'object' ? cell.text : String(cell);
}

/** The whole table as comma-separated values, numbers unrounded. */
export function tableCsv({ columns, rows }: ChartTable): string {
  return csvText([columns, ...rows.map((row) => row.map((cell) => (typeof cell === 'object' ? cell.value : cell)))]);
}
