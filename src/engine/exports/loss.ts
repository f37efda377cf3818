/** Measures how far values that are written are from those they stand for. */
export class Loss {
  #squares = 0;
  #errorSquares = 0;
  #largest = 0;

  add(value: number, stored: number): void {
    const error = Math.abs(value - stored);
    this.#squares += value * value;
    this.#errorSquares += error * error;
    if (error > this.#largest) this.#largest = error;
  }

  /** The same for many, faster. */
  addAll(values: Float32Array, stored: Float32Array): void {
    let [squares, errorSquares, largest] = [0, 0, this.#largest];
    for (let index = 0; index < values.length; index++) {
      const value = values[index] ?? 0;
      const error = Math.abs(value - (stored[index] ?? 0));
      squares += value * value;
      errorSquares += error * error;
      if (error > largest) largest = error;
    }
    this.#squares += squares;
    this.#errorSquares += errorSquares;
    this.#largest = largest;
  }

  /** ‖W − Ŵ‖ / ‖W‖; 0 where nothing differs. */
  get relativeError(): number {
    return this.#errorSquares === 0 ? 0 : Math.sqrt(this.#errorSquares / this.#squares);
  }

  get maxError(): number {
    return this.#largest;
  }
}
