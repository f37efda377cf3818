const tableBits = 12;
const windowBytes = 8192;
/** Below this share of repeated 8-byte strings, matching does not beat an entropy coder. */
const worthwhileShare = 0.03;

/**
 * Whether enough 8-byte strings of the first 8 KiB occurred before to make matching pay. Eight bytes, because the
 * exponents of weights repeat any four by chance.
 */
export function hasRepeats(bytes: Uint8Array): boolean {
  const length = Math.min(bytes.length, windowBytes);
  const positions = length - 7;
  if (positions < 8) return false;
  const view = new DataView(bytes.buffer, bytes.byteOffset, length);
  const last = new Int16Array(1 << tableBits).fill(-1);
  let repeats = 0;
  for (let at = 0; at < positions; at++) {
    const low = view.getUint32(at, true);
    const high = view.getUint32(at + 4, true);
    const slot = Math.imul(low ^ Math.imul(high, 0x85ebca6b), 0x9e3779b1) >>> (32 - tableBits);
    const before = last[slot]!;
    if (before >= 0 && view.getUint32(before, true) === low && view.getUint32(before + 4, true) === high) repeats++;
    last[slot] = at;
  }
  return repeats >= positions * worthwhileShare;
}
