import { pieceElements, readFloats, type FloatTensor } from '../float-tensor.ts';
import { encodeSmallFloats, encodeWhole } from './encode.ts';
import { tellGroups, type Grouping } from './grouping.ts';
import { areGrids, fitRanges, type Fitting } from './kernel.ts';
import { largestFloat8, type Work } from './work.ts';

/** The most elements that blocks lying side by side may have: they are worked on together. */
export const largestSlab = 2 ** 23;

/** Whether the elements that share a scale are neighbours, or lie side by side in slabs. */
export function isLocal({ isBlocked, before, after }: Grouping): boolean {
  return isBlocked || (before === 1 && after <= largestSlab);
}

/** Slabs one behind the other, of so many rows; each row has an element of every column, and a column one scale. */
interface Slabs {
  readonly columns: number;
  readonly rows: readonly number[];
  readonly values: Float32Array;
}

/** Several slabs at a time: asking the disk for each would take longer than the work. */
async function* slabs(tensor: FloatTensor, grouping: Grouping, signal: AbortSignal): AsyncGenerator<Slabs, void> {
  const { before, along, after, run, isBlocked } = grouping;
  const columns = isBlocked ? after : 1;
  const rowsOf = (at: number): number => (isBlocked ? Math.min(run, along - at) : after);
  let element = 0;
  for (let outer = 0; outer < before; outer++)
    for (let inner = 0; inner < along;) {
      signal.throwIfAborted();
      const rows: number[] = [];
      let elements = 0;
      while (inner < along && (rows.length === 0 || elements + rowsOf(inner) * columns <= pieceElements)) {
        rows.push(rowsOf(inner));
        elements += rowsOf(inner) * columns;
        inner += isBlocked ? run : 1;
      }
      yield { columns, rows, values: await readFloats(tensor, element, elements) };
      element += elements;
    }
}

/** Codes of the elements in order; scales and zeros are found with them. */
export async function* localCodes(work: Work): AsyncGenerator<Uint8Array, void> {
  const { tensor, grouping, scales, zeros, fitting, code, loss, signal } = work;
  let scale = 0;
  for await (const { columns, rows, values } of slabs(tensor, grouping, signal)) {
    const codes = new Uint8Array(values.length);
    const groups = tellGroups(columns, rows, values.length);
    const first = scale;
    eachSlab(columns, rows, values, (slab, height) => {
      const own = scales.subarray(scale, scale + columns);
      if (code === undefined) fitFloats(slab, columns, own);
      else fitRanges(slab, height, columns, fitting, own, zeros.subarray(scale, scale + columns));
      scale += columns;
    });
    const encoding = { values, codes, groups, scales: scales.subarray(first, scale), loss };
    if (code === undefined) encodeSmallFloats(encoding);
    else encodeWhole(encoding, zeros.subarray(first, scale), code);
    yield codes;
  }
}

/** Whether every group of the tensor lies on a grid. */
export async function hasLocalGrids(
  tensor: FloatTensor,
  grouping: Grouping,
  fitting: Fitting,
  signal: AbortSignal,
): Promise<boolean> {
  for await (const { columns, rows, values } of slabs(tensor, grouping, signal)) {
    const found = eachSlab(columns, rows, values, (slab, height) => areGrids(slab, height, columns, fitting));
    if (found.includes(false)) return false;
  }
  return true;
}

/** What `use` says of each slab. */
function eachSlab<Found>(
  columns: number,
  rows: readonly number[],
  values: Float32Array,
  use: (slab: Float32Array, height: number) => Found,
): readonly Found[] {
  let at = 0;
  return rows.map((height) => {
    const slab = values.subarray(at, at + height * columns);
    at += slab.length;
    return use(slab, height);
  });
}

function fitFloats(values: Float32Array, columns: number, scales: Float32Array): void {
  scales.fill(0);
  for (let at = 0; at < values.length; at += columns)
    for (let column = 0; column < columns; column++) {
      const size = Math.abs(values[at + column] ?? 0);
      if (size > (scales[column] ?? 0)) scales[column] = size;
    }
  for (let column = 0; column < columns; column++)
    scales[column] = Math.fround((scales[column] ?? 0) / largestFloat8) || 1;
}
