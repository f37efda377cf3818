const tableBits = 12;
const windowBytes = 2048;
/** Below this share of repeated 8-byte strings, matching does not beat an entropy coder. */
const worthwhileShare = 0.03;

const lastPlace = new Int32Array(1 << tableBits);

/**
 * Whether enough 8-byte strings occurred before to make matching pay, judged by the first 2 KiB and as many from the
 * middle. Eight bytes, because the exponents of weights repeat any four by chance.
 */
export function hasRepeats(bytes: Uint8Array): boolean {
  const positions = bytes.length - 7;
  if (positions < 8) return false;
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  lastPlace.fill(-1);
  const middle = Math.max(windowBytes, positions >> 1);
  const first = countRepeats(view, 0, Math.min(windowBytes, positions));
  const second = countRepeats(view, middle, Math.min(middle + windowBytes, positions));
  return first + second >= Math.min(2 * windowBytes, positions) * worthwhileShare;
}

function countRepeats(view: DataView, start: number, end: number): number {
  let repeats = 0;
  for (let at = start; at < end; at++) {
    const low = view.getUint32(at, true);
    const high = view.getUint32(at + 4, true);
    const slot = Math.imul(low ^ Math.imul(high, 0x85ebca6b), 0x9e3779b1) >>> (32 - tableBits);
    const before = lastPlace[slot]!;
    if (before >= 0 && view.getUint32(before, true) === low && view.getUint32(before + 4, true) === high) repeats++;
    lastPlace[slot] = at;
  }
  return repeats;
}

/** Of the strings at all places the one in this many that its own bytes select, so that repeats are selected alike. */
const selectedBits = 4;
const farTableBits = 14;
const leastSelected = 8;

const farPlaces = new Int32Array(1 << farTableBits);

/**
 * Whether enough 8-byte strings occurred before anywhere in `bytes`, however far apart, judged by a sixteenth of those at
 * multiples of `step`. Runs of one byte do not count: there are better ways to leave out zeros.
 */
export function hasFarRepeats(bytes: Uint8Array, step: number): boolean {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  farPlaces.fill(-1);
  let [selected, repeats] = [0, 0];
  for (let at = 0, end = bytes.length - 7; at < end; at += step) {
    const low = view.getUint32(at, true);
    if (Math.imul(low, 0x9e3779b1) >>> (32 - selectedBits) !== 0) continue;
    const high = view.getUint32(at + 4, true);
    if (low === high && low === ((low << 8) | (low >>> 24)) >>> 0) continue;
    const slot = Math.imul(low ^ Math.imul(high, 0x85ebca6b), 0xc2b2ae35) >>> (32 - farTableBits);
    const before = farPlaces[slot]!;
    if (before >= 0 && view.getUint32(before, true) === low && view.getUint32(before + 4, true) === high) repeats++;
    farPlaces[slot] = at;
    selected++;
  }
  return selected >= leastSelected && repeats >= selected * worthwhileShare;
}
