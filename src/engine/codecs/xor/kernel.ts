/** Puts the bits in which `bytes` and `reference` differ into `target`; all three have one length. */
export function combine(bytes: Uint8Array, reference: Uint8Array, target: Uint8Array): void {
  const isAligned = [bytes, reference, target].every(({ byteOffset }) => byteOffset % 4 === 0);
  const whole = isAligned ? bytes.length >> 2 : 0;
  const words = (view: Uint8Array): Uint32Array => new Uint32Array(view.buffer, view.byteOffset, whole);
  if (whole > 0) combineWords(words(bytes), words(reference), words(target));
  for (let at = 4 * whole; at < bytes.length; at++) target[at] = bytes[at]! ^ reference[at]!;
}

function combineWords(words: Uint32Array, reference: Uint32Array, target: Uint32Array): void {
  for (let at = 0; at < target.length; at++) target[at] = words[at]! ^ reference[at]!;
}
