/** A row of a matrix whose weights are values of a codebook, and what its inputs have in common. */
export interface RowTask {
  /** Sums of products of `size` inputs, symmetric, `stride` numbers to a row, a multiple of 4 with zeros behind what counts. */
  readonly sums: Float32Array;
  readonly stride: number;
  readonly size: number;
  /** The place of each weight in a codebook of `count` values. */
  readonly places: Uint8Array;
  readonly count: number;
  /** Errors of the row's weights × sums, `stride` numbers. */
  readonly gradient: Float32Array;
}

/** A codebook, ascending, and what each place of it costs. */
export interface PricedBook {
  readonly book: Float32Array;
  readonly prices: Float32Array;
}

/** The loops of learning codebooks. */
export interface DescentKernel {
  /** Fills `gradient` with errors × sums. */
  slope(task: Pick<RowTask, 'sums' | 'stride' | 'size' | 'gradient'> & { readonly errors: Float32Array }): void;
  /**
   * Moves each weight, one after another, to the value beside its own in the codebook where that makes errors of outputs and prices
   * together less; keeps the gradient true. Returns how many moved.
   */
  descend(task: RowTask & PricedBook): number;
  /** Adds to count × count `normals` the upper half of the sums, half of the diagonal, by place; to `slopes` the gradient. */
  gather(task: RowTask & { readonly normals: Float64Array; readonly slopes: Float64Array }): void;
}

/** The loops as TypeScript: what the compiled ones are compared with. */
export const referenceKernel: DescentKernel = {
  slope({ sums, stride, size, errors, gradient }) {
    gradient.fill(0);
    for (let row = 0; row < size; row++) addRow(sums, stride, row, errors[row] ?? 0, gradient);
  },

  descend({ sums, stride, size, places, count, gradient, book, prices }) {
    let moves = 0;
    for (let column = 0; column < size; column++) {
      const place = places[column] ?? 0;
      const value = book[place] ?? 0;
      const twice = 2 * (gradient[column] ?? 0);
      const bend = sums[column * stride + column] ?? 0;
      let [best, least] = [place, 0];
      for (const other of [place - 1, place + 1]) {
        if (other < 0 || other >= count) continue;
        const move = Math.fround((book[other] ?? 0) - value);
        const outputs = Math.fround(move * Math.fround(twice + Math.fround(bend * move)));
        const cost = Math.fround(outputs + Math.fround((prices[other] ?? 0) - (prices[place] ?? 0)));
        if (cost < least) [best, least] = [other, cost];
      }
      if (best === place) continue;
      places[column] = best;
      addRow(sums, stride, column, Math.fround((book[best] ?? 0) - value), gradient);
      moves++;
    }
    return moves;
  },

  gather({ sums, stride, size, places, count, gradient, normals, slopes }) {
    for (let row = 0; row < size; row++) {
      const place = places[row] ?? 0;
      slopes[place] = (slopes[place] ?? 0) + (gradient[row] ?? 0);
      for (let column = row; column < size; column++) {
        const at = place * count + (places[column] ?? 0);
        const sum = sums[row * stride + column] ?? 0;
        normals[at] = (normals[at] ?? 0) + (column === row ? sum / 2 : sum);
      }
    }
  },
};

function addRow(sums: Float32Array, stride: number, row: number, share: number, gradient: Float32Array): void {
  for (let column = 0; column < stride; column++)
    gradient[column] = (gradient[column] ?? 0) + Math.fround(share * (sums[row * stride + column] ?? 0));
}
