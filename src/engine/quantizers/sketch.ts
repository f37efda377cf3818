/** The most rows of a sketch, and so the most directions that can be found in it. */
export const mostSketchRows = 64;

/**
 * Sums of the rows of a table, each row with signs that look random and are always the same: up to 64 sums one behind
 * another, in which the directions that have most of the energy have most of it too. Sketches of runs of rows add up.
 */
export function sketchOf(
  values: Float32Array,
  firstRow: number,
  { rows, columns }: { readonly rows: number; readonly columns: number },
): Float64Array {
  const sketchRows = Math.min(mostSketchRows, rows);
  const sketch = new Float64Array(sketchRows * columns);
  for (let start = 0; start + columns <= values.length; start += columns) {
    const row = firstRow + start / columns;
    for (let sum = 0; sum < sketchRows; sum++) {
      const sign = signOf(row, sum);
      const to = sum * columns;
      for (let column = 0; column < columns; column++)
        sketch[to + column] = (sketch[to + column] ?? 0) + sign * (values[start + column] ?? 0);
    }
  }
  return sketch;
}

function signOf(row: number, sum: number): number {
  let mixed = Math.imul(row + 1, 0x9e3779b1) ^ Math.imul(sum + 1, 0x85ebca6b);
  mixed = Math.imul(mixed ^ (mixed >>> 15), 0xc2b2ae35);
  return Math.imul(mixed ^ (mixed >>> 13), 0x27d4eb2f) < 0 ? -1 : 1;
}
