/**
 * The loops of sparse. A mask bit is 1 where the element is the common one and was left out; bits go into bytes from the
 * lowest up. Elements of eight bytes are handled as pairs of 32-bit halves, because 64-bit integers would be objects.
 */
export type Elements = Uint8Array | Uint16Array | Uint32Array;

/** Copies the elements that differ from `common` to `rest`, which has room for all, and returns how many there are. */
export function split(elements: Elements, common: number, mask: Uint8Array, rest: Elements): number {
  let kept = 0;
  for (let start = 0; start < elements.length; start += 8) {
    const end = Math.min(start + 8, elements.length);
    let bits = 0;
    for (let at = start; at < end; at++) {
      const element = elements[at]!;
      // Written always and kept only when it differs: no branch to mispredict.
      rest[kept] = element;
      const isCommon = element === common ? 1 : 0;
      kept += 1 - isCommon;
      bits |= isCommon << (at - start);
    }
    mask[start >> 3] = bits;
  }
  return kept;
}

/** The same for 64-bit elements; `elements` and `rest` are halves. */
export function split64(elements: Uint32Array, low: number, high: number, mask: Uint8Array, rest: Uint32Array): number {
  const count = elements.length >> 1;
  let kept = 0;
  mask.fill(0);
  for (let at = 0; at < count; at++) {
    const foundLow = elements[2 * at]!;
    const foundHigh = elements[2 * at + 1]!;
    if (foundLow === low && foundHigh === high) mask[at >> 3]! |= 1 << (at & 7);
    else {
      rest[2 * kept] = foundLow;
      rest[2 * kept + 1] = foundHigh;
      kept++;
    }
  }
  return kept;
}

/** Puts the elements of `rest` back between copies of `common`; the mask has exactly as many zeros as `rest` elements. */
export function join(mask: Uint8Array, rest: Elements, common: number, elements: Elements): void {
  let at = 0;
  for (let taken = 0; taken < rest.length; at++) {
    const isCommon = (mask[at >> 3]! >> (at & 7)) & 1;
    // Both are read and one is kept: masks of pruned weights are noise, which no branch predictor follows.
    elements[at] = (common & -isCommon) | (rest[taken]! & (isCommon - 1));
    taken += 1 - isCommon;
  }
  elements.fill(common, at);
}

/** The same for 64-bit elements, as halves. */
export function join64(mask: Uint8Array, rest: Uint32Array, low: number, high: number, elements: Uint32Array): void {
  const count = elements.length >> 1;
  let taken = 0;
  for (let at = 0; at < count; at++) {
    const isCommon = ((mask[at >> 3]! >> (at & 7)) & 1) !== 0;
    elements[2 * at] = isCommon ? low : rest[2 * taken]!;
    elements[2 * at + 1] = isCommon ? high : rest[2 * taken + 1]!;
    if (!isCommon) taken++;
  }
}

/** Bits that are 1. */
export function countOnes(mask: Uint8Array): number {
  let ones = 0;
  for (let at = 0; at < mask.length; at++) {
    const byte = mask[at]!;
    const pairs = byte - ((byte >> 1) & 0x55);
    const nibbles = (pairs & 0x33) + ((pairs >> 2) & 0x33);
    ones += (nibbles + (nibbles >> 4)) & 0x0f;
  }
  return ones;
}
