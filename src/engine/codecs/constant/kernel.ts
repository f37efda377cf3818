/** Whether `bytes` is its first `width` bytes over and over. One native comparison of the bytes with themselves, shifted. */
export function isRepetition(bytes: Uint8Array, width: number): boolean {
  if (bytes.length < width) return false;
  const shifted = Buffer.from(bytes.buffer, bytes.byteOffset + width, bytes.length - width);
  return shifted.compare(bytes, 0, bytes.length - width) === 0;
}

/** Fills `target` with copies of `element`, doubling what is there. */
export function repeat(element: Uint8Array, target: Uint8Array): void {
  if (element.length === 1) {
    target.fill(element[0]!);
    return;
  }
  target.set(element.subarray(0, Math.min(element.length, target.length)));
  for (let done = element.length; done < target.length; done *= 2)
    target.copyWithin(done, 0, Math.min(done, target.length - done));
}
