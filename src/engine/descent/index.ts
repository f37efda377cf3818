import { allocateFloat32, allocateFloat64, dampingOf, type Rows } from '../feedback/index.ts';
import type { Workspace } from '../kernels/workspace.ts';
import type { ToldBooks } from '../quantizers/quantizer.ts';
import { descentKernel } from './compiled.ts';
import { groupsOf } from './groups.ts';
import { refit } from './refit.ts';

export { descentKernel } from './compiled.ts';
export { groupsOf } from './groups.ts';
export { referenceKernel, type DescentKernel } from './kernel.ts';

/** What inputs have in common, and what a bit is worth. */
export interface DescentInputs {
  /** As of a feedback: the upper half of `size` inputs' sums of products, `stride` to a row. Is changed. */
  readonly sums: Float32Array;
  readonly stride: number;
  readonly size: number;
  /** Squared errors of outputs that a bit may cost. */
  readonly perBit: number;
  /** Groups of rows at most, each with a codebook of its own; fewer where weights are few. */
  readonly groups: number;
}

/** Values of a codebook at most. */
const mostValues = 256;
/** Rounds of moving weights and finding values anew, and how often weights are gone through in each. */
const [rounds, passes] = [4, 2];
/** Weights for which another codebook is worth its bytes. */
const perGroup = 65_536;
/** Bits of a fraction that values are told in. */
const fractionBits = 8;

/** What {@link learnBooks} takes of a workspace, in bytes. */
export const descentBytes = (size: number): number => 16 * mostValues ** 2 + 64 * mostValues + 32 * size + 4096;

/** Rows that share a codebook, with the places of their weights in it. */
interface Group {
  readonly rows: readonly { readonly row: number; readonly places: Uint8Array }[];
  book: Float32Array;
}

/**
 * Makes of weights that were rounded to lines of a grid values of learned codebooks, one for each group of rows that are alike: by
 * turns each weight may go to the value beside its own, where errors of outputs and lengths of places together get less by it,
 * and values become those that leave the least errors. `values` become what codebooks say, as near as they can be in outputs to
 * `wanted`; nothing is changed, and nothing returned, where there are more lines than a codebook has room for.
 */
export function learnBooks(
  values: Float32Array,
  wanted: Float32Array,
  { rows, step, at }: Rows,
  { sums, stride, size, perBit, groups: most }: DescentInputs,
  workspace: Workspace,
): ToldBooks | undefined {
  const lines = Array.from({ length: rows }, (_, row) =>
    Int32Array.from({ length: size }, (_, column) => Math.round((values[at(row, column)] ?? 0) / step(row))),
  );
  const targets = lines.map((_, row) =>
    Float32Array.from({ length: size }, (_, column) => wanted[at(row, column)] ?? 0),
  );
  const numbers = groupsOf(targets, Math.min(most, Math.max(1, Math.floor((rows * size) / perGroup))));
  const groups = [...new Set(numbers)].map((number) => groupOf(lines, step(0), (row) => numbers[row] === number));
  if (groups.some(({ book }) => book.length > mostValues)) return undefined;
  const mark = workspace.mark();
  mirror(sums, stride, size);
  const descent = new Descent({ sums, stride, size, perBit }, workspace);
  for (const group of groups) {
    descent.learn(group, targets);
    for (const { row, places } of group.rows)
      places.forEach((place, column) => (values[at(row, column)] = group.book[place] ?? 0));
  }
  workspace.release(mark);
  return joined(groups.map(({ book }) => book));
}

/** Fills the lower half, and adds to the diagonal what a feedback adds. */
function mirror(sums: Float32Array, stride: number, size: number): void {
  const more = dampingOf(sums, stride, size);
  for (let row = 0; row < size; row++) {
    sums[row * stride + row] = (sums[row * stride + row] ?? 0) + more;
    for (let column = 0; column < row; column++) sums[row * stride + column] = sums[column * stride + row] ?? 0;
  }
}

/** The lines that some rows use as their codebook. */
function groupOf(lines: readonly Int32Array[], step: number, isIn: (row: number) => boolean): Group {
  const members = lines.flatMap((codes, row) => (isIn(row) ? [{ row, codes }] : []));
  const used = Int32Array.from(new Set(members.flatMap(({ codes }) => [...new Set(codes)]))).sort();
  const placeOf = new Map([...used].map((code, place) => [code, place]));
  return {
    rows: members.map(({ row, codes }) => ({ row, places: Uint8Array.from(codes, (code) => placeOf.get(code) ?? 0) })),
    book: Float32Array.from(used, (code) => told(code * step)),
  };
}

/** The nearest number that has few bits. */
function told(value: number): number {
  if (value === 0) return 0;
  const unit = 2 ** (Math.floor(Math.log2(Math.abs(value))) - fractionBits);
  return Math.round(value / unit) * unit;
}

/** All of one length, their last values repeated. */
function joined(books: readonly Float32Array[]): ToldBooks {
  const size = Math.max(...books.map(({ length }) => length));
  return {
    size,
    books: Float32Array.from({ length: size * books.length }, (_, at) => {
      const book = books[Math.floor(at / size)] ?? new Float32Array(1);
      return book[Math.min(at % size, book.length - 1)] ?? 0;
    }),
  };
}

/** Learns the codebook of one group after another, for one layer's inputs. */
class Descent {
  readonly #inputs: Omit<DescentInputs, 'groups'>;
  readonly #workspace: Workspace;
  readonly #errors: Float32Array;
  readonly #gradient: Float32Array;
  readonly #places: Uint8Array;
  readonly #book: Float32Array;
  readonly #prices: Float32Array;
  readonly #normals: Float64Array;
  readonly #slopes: Float64Array;

  constructor(inputs: Omit<DescentInputs, 'groups'>, workspace: Workspace) {
    this.#inputs = inputs;
    this.#workspace = workspace;
    this.#errors = allocateFloat32(inputs.size, workspace);
    this.#gradient = allocateFloat32(inputs.stride, workspace);
    this.#places = workspace.allocate(inputs.size);
    this.#book = allocateFloat32(mostValues, workspace);
    this.#prices = allocateFloat32(mostValues, workspace);
    this.#normals = allocateFloat64(mostValues ** 2, workspace);
    this.#slopes = allocateFloat64(mostValues, workspace);
  }

  learn(group: Group, targets: readonly Float32Array[]): void {
    const kernel = descentKernel(this.#workspace);
    const [errors, gradient, places, book, prices] = [
      this.#errors,
      this.#gradient,
      this.#places,
      this.#book,
      this.#prices,
    ];
    const { sums, stride, size, perBit } = this.#inputs;
    let counts = keepTaken(group);
    for (let round = 0; round < rounds; round++) {
      const count = group.book.length;
      book.set(group.book);
      const all = size * group.rows.length;
      counts.forEach((taken, place) => (prices[place] = perBit * Math.log2(all / taken)));
      this.#normals.fill(0, 0, count * count);
      this.#slopes.fill(0, 0, count);
      const task = { sums, stride, size, places, count, gradient };
      for (const member of group.rows) {
        places.set(member.places);
        for (let column = 0; column < size; column++)
          errors[column] = (book[places[column] ?? 0] ?? 0) - (targets[member.row]?.[column] ?? 0);
        kernel.slope({ ...task, errors });
        for (let pass = 0; pass < passes; pass++) if (kernel.descend({ ...task, book, prices }) === 0) break;
        kernel.gather({ ...task, normals: this.#normals, slopes: this.#slopes });
        member.places.set(places);
      }
      const found = refit(group.book, { normals: this.#normals, slopes: this.#slopes }, this.#workspace);
      if (found) order(group, found.map(told));
      counts = keepTaken(group);
    }
  }
}

/** Gives a group a codebook for its places, brought into order. */
function order(group: Group, values: Float32Array): void {
  const ranked = [...values.keys()].sort((one, other) => (values[one] ?? 0) - (values[other] ?? 0));
  renumber(group, ranked, values);
}

/** Leaves out values that nothing takes; tells how often each of the others is. */
function keepTaken(group: Group): readonly number[] {
  const counts = new Float64Array(group.book.length);
  for (const { places } of group.rows) for (const place of places) counts[place] = (counts[place] ?? 0) + 1;
  const taken = [...counts.keys()].filter((place) => (counts[place] ?? 0) > 0);
  renumber(group, taken, group.book);
  return taken.map((place) => counts[place] ?? 0);
}

/** Makes the values at these places the codebook. */
function renumber(group: Group, kept: readonly number[], values: Float32Array): void {
  const ranks = new Uint8Array(values.length);
  kept.forEach((place, rank) => (ranks[place] = rank));
  group.book = Float32Array.from(kept, (place) => values[place] ?? 0);
  for (const { places } of group.rows) places.forEach((place, column) => (places[column] = ranks[place] ?? 0));
}
