/** What inputs of a layer have to do with each other: how each is best made of others, and what that leaves. */
export class Regression {
  readonly size: number;
  /**
   * Upper half, size to a row. Of the inputs that are used and the rest it holds, by sweeping: minus the inverse of the products of
   * those used, the shares of these in the others, and what those leave of the products of the others.
   */
  readonly #matrix: Float64Array;
  readonly #isUsed: Uint8Array;
  readonly #row: Float64Array;

  /** Takes over the products of `size` inputs, of which the upper half counts and must be positive; none is used yet. */
  constructor(products: Float64Array, size: number) {
    this.size = size;
    this.#matrix = products;
    this.#isUsed = new Uint8Array(size);
    this.#row = new Float64Array(size);
  }

  isUsed(input: number): boolean {
    return this.#isUsed[input] === 1;
  }

  at(one: number, other: number): number {
    return this.#matrix[one < other ? one * this.size + other : other * this.size + one] ?? 0;
  }

  /** Uses an input, or uses it no more. Source: Goodnight, A Tutorial on the Sweep Operator (1979). */
  turn(input: number): void {
    const { size } = this;
    const [matrix, row] = [this.#matrix, this.#row];
    const pivot = this.at(input, input);
    const sign = this.isUsed(input) ? -1 : 1;
    for (let other = 0; other < size; other++) row[other] = other === input ? 0 : this.at(input, other);
    for (let one = 0; one < size; one++) {
      const share = (row[one] ?? 0) / pivot;
      if (share === 0) continue;
      const start = one * size;
      for (let other = one; other < size; other++)
        matrix[start + other] = (matrix[start + other] ?? 0) - share * (row[other] ?? 0);
    }
    for (let other = 0; other < size; other++)
      matrix[other < input ? other * size + input : input * size + other] = (sign * (row[other] ?? 0)) / pivot;
    matrix[input * size + input] = -1 / pivot;
    this.#isUsed[input] = 1 - (this.#isUsed[input] ?? 0);
  }
}
