const quantiles = 2 ** 16;
/** How loud rows, columns and channels are beside each other: the spread of the logarithm. */
const unevenness = 0.35;

/** Made-up weights with the tails and the unevenness of trained ones; the same for the same seed and order of calls. */
export class HeavyTails {
  readonly #table = Float32Array.from({ length: quantiles }, (_, at) => heavyQuantile((at + 0.5) / quantiles));
  #state: number;

  constructor(seed: number) {
    this.#state = Math.imul(seed, 0x9e3779b1) | 1;
  }

  /** From 0 to 1, all equally likely. */
  share(): number {
    return (this.#next() >>> 0) / 2 ** 32;
  }

  /** A matrix of inputs × outputs that about keeps the size of what it is multiplied with; each output has a norm of its own. */
  matrix(inputs: number, outputs: number): Float32Array {
    const scales = this.loudness(outputs).map((one) => one / Math.sqrt(inputs));
    const values = new Float32Array(inputs * outputs);
    for (let at = 0; at < values.length; at++) values[at] = this.#number() * (scales[at % outputs] ?? 1);
    return values;
  }

  /** Rows that nearly lie in a space of few `directions`, which matter the less the later they come. */
  nearPlane(rows: number, columns: number, directions: number): Float32Array {
    const basis = this.matrix(directions, columns);
    const values = this.matrix(rows, columns).map((one) => one * 0.2 * Math.sqrt(rows));
    const shares = new Float32Array(directions);
    for (let row = 0; row < rows; row++) {
      for (let direction = 0; direction < directions; direction++)
        shares[direction] = (this.#number() * Math.sqrt(directions)) / Math.sqrt(1 + direction / 4);
      for (let column = 0; column < columns; column++) {
        let sum = values[row * columns + column] ?? 0;
        for (let direction = 0; direction < directions; direction++)
          sum += (shares[direction] ?? 0) * (basis[direction * columns + column] ?? 0);
        values[row * columns + column] = sum;
      }
    }
    return values;
  }

  /** Positive numbers around 1. */
  loudness(count: number): Float32Array {
    return Float32Array.from({ length: count }, () => Math.exp(unevenness * this.#number()));
  }

  #number(): number {
    return this.#table[this.#next() & (quantiles - 1)] ?? 0;
  }

  #next(): number {
    this.#state ^= this.#state << 13;
    this.#state ^= this.#state >>> 17;
    this.#state ^= this.#state << 5;
    return this.#state;
  }
}

/**
 * Quantiles of a distribution of spread 1 with a kurtosis of about 5: a normal one (Abramowitz and Stegun 26.2.23, whose error of
 * 4.5e-4 does not matter) whose tails are drawn out.
 */
function heavyQuantile(probability: number): number {
  const tail = Math.min(probability, 1 - probability);
  const t = Math.sqrt(-2 * Math.log(tail));
  const normal = t - (2.515517 + t * (0.802853 + t * 0.010328)) / (1 + t * (1.432788 + t * (0.189269 + t * 0.001308)));
  return (probability < 0.5 ? -1 : 1) * normal * Math.exp(0.05 * normal ** 2 - 0.12);
}
