import { Workspace } from '../kernels/workspace.ts';
import { allocateFloat64 } from './allocate.ts';
import { feedbackKernel } from './compiled.ts';
import { productsAtOnce as together, type FeedbackKernel } from './kernel.ts';

/** What inputs of a layer have to do with each other: how each is best made of others, and what that leaves. */
export class Regression {
  readonly size: number;
  /**
   * Upper half, `stride` to a row. Of the inputs that are used and the rest it holds, by sweeping: minus the inverse of the products of
   * those used, the shares of these in the others, and what those leave of the products of the others.
   */
  readonly #matrix: Float64Array;
  readonly #stride: number;
  readonly #isUsed: Uint8Array;
  readonly #kernel: FeedbackKernel;
  /** Rows of the inputs that are turned, and what is to be multiplied with them; `together` each. */
  readonly #rows: Float64Array;
  readonly #factors: Float64Array;

  /** Of the products of `size` inputs the upper half counts, `size` to a row, and must be positive; none is used yet. */
  constructor(products: Float64Array, size: number) {
    this.size = size;
    this.#stride = (size + 1) & ~1;
    const stride = this.#stride;
    const workspace = new Workspace(8 * stride * (stride + 2 * together) + 512);
    this.#matrix = allocateFloat64(stride * stride, workspace);
    for (let row = 0; row < size; row++)
      this.#matrix.set(products.subarray(row * size, (row + 1) * size), row * stride);
    this.#rows = allocateFloat64(together * stride, workspace);
    this.#factors = allocateFloat64(together * stride, workspace);
    this.#isUsed = new Uint8Array(size);
    this.#kernel = feedbackKernel(workspace);
  }

  isUsed(input: number): boolean {
    return this.#isUsed[input] === 1;
  }

  at(one: number, other: number): number {
    return this.#matrix[this.#place(one, other)] ?? 0;
  }

  /** Uses inputs, of which none is used yet, or uses some no more. Source: Goodnight, A Tutorial on the Sweep Operator (1979). */
  turn(inputs: readonly number[]): void {
    for (let first = 0; first < inputs.length; first += together) this.#turnFew(inputs.slice(first, first + together));
  }

  #turnFew(inputs: readonly number[]): void {
    const [size, stride, rows, factors] = [this.size, this.#stride, this.#rows, this.#factors];
    const sign = this.isUsed(inputs[0] ?? 0) ? -1 : 1;
    const inverse = inverted(inputs.map((one) => inputs.map((other) => this.at(one, other))));
    rows.fill(0);
    factors.fill(0);
    for (const [row, input] of inputs.entries())
      for (let other = 0; other < size; other++) rows[row * stride + other] = this.at(input, other);
    for (const input of inputs) for (let row = 0; row < together; row++) rows[row * stride + input] = 0;
    for (let row = 0; row < inputs.length; row++)
      for (let each = 0; each < inputs.length; each++) {
        const share = inverse[row]?.[each] ?? 0;
        for (let other = 0; other < size; other++)
          factors[row * stride + other] =
            (factors[row * stride + other] ?? 0) + share * (rows[each * stride + other] ?? 0);
      }
    this.#kernel.subtractProducts(this.#matrix, stride, rows, factors);
    for (const [row, input] of inputs.entries()) {
      for (let other = 0; other < size; other++)
        this.#matrix[this.#place(input, other)] = sign * (factors[row * stride + other] ?? 0);
      this.#isUsed[input] = sign > 0 ? 1 : 0;
    }
    for (const [row, one] of inputs.entries())
      for (const [column, other] of inputs.entries())
        this.#matrix[this.#place(one, other)] = -(inverse[row]?.[column] ?? 0);
  }

  #place(one: number, other: number): number {
    return one < other ? one * this.#stride + other : other * this.#stride + one;
  }
}

/** The inverse of a small symmetric matrix, positive or negative. */
function inverted(matrix: readonly (readonly number[])[]): readonly (readonly number[])[] {
  const size = matrix.length;
  const rows = matrix.map((row, at) => [...row, ...row.map((_, column) => (column === at ? 1 : 0))]);
  for (let pivot = 0; pivot < size; pivot++) {
    const own = rows[pivot] ?? [];
    const scale = own[pivot] ?? 1;
    for (let column = 0; column < own.length; column++) own[column] = (own[column] ?? 0) / scale;
    for (const [at, row] of rows.entries()) {
      const share = row[pivot] ?? 0;
      if (at !== pivot)
        for (let column = 0; column < row.length; column++)
          row[column] = (row[column] ?? 0) - share * (own[column] ?? 0);
    }
  }
  return rows.map((row) => row.slice(size));
}
