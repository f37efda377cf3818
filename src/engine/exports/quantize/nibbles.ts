/** Packs four-bit codes two to a byte, the first in the low half, over several calls. */
export class Nibbles {
  #left: number | undefined;

  add(codes: Uint8Array): Uint8Array {
    const all = this.#left === undefined ? 0 : 1;
    const bytes = new Uint8Array(Math.floor((codes.length + all) / 2));
    let [low, at] = [this.#left, 0];
    for (const code of codes) {
      if (low === undefined) low = code & 15;
      else {
        bytes[at++] = low | ((code & 15) << 4);
        low = undefined;
      }
    }
    this.#left = low;
    return bytes;
  }

  /** The last code, if it has no partner. */
  end(): Uint8Array {
    return this.#left === undefined ? new Uint8Array(0) : Uint8Array.of(this.#left);
  }
}
