const windowSeconds = 30;
const leastSeconds = 2;

/** How fast work goes on, over its last half minute. */
export class Pace {
  readonly #marks: { readonly seconds: number; readonly bytes: number }[] = [];

  /** Takes how many bytes have been worked on in all. */
  mark(bytes: number): void {
    const seconds = performance.now() / 1000;
    this.#marks.push({ seconds, bytes });
    while (this.#marks.length > 2 && seconds - (this.#marks[1]?.seconds ?? seconds) > windowSeconds)
      this.#marks.shift();
  }

  /** Forgets what was before a wait. */
  rest(): void {
    this.#marks.length = 0;
  }

  /** Bytes per second; nothing until it can be told. */
  get rate(): number | undefined {
    const [first, last] = [this.#marks[0], this.#marks.at(-1)];
    if (!first || !last || last.seconds - first.seconds < leastSeconds || last.bytes <= first.bytes) return undefined;
    return (last.bytes - first.bytes) / (last.seconds - first.seconds);
  }
}
