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

  addAll(values: Float32Array, stored: Float32Array): void {
    for (let index = 0; index < values.length; index++) this.add(values[index] ?? 0, stored[index] ?? 0);
  }

  /** ‖W − Ŵ‖ / ‖W‖; 0 where nothing differs. */
  get relativeError(): number {
    return this.#errorSquares === 0 ? 0 : Math.sqrt(this.#errorSquares / this.#squares);
  }

  get maxError(): number {
    return this.#largest;
  }
}
