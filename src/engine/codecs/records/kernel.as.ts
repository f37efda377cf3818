/** See `kernel.ts`. Runs are short, so each length that is common has its loop of whole words. */
export function copy(
  source: usize,
  sourceStride: usize,
  target: usize,
  targetStride: usize,
  length: usize,
  count: usize,
): void {
  if (length == 2) {
    for (; count > 0; count--, source += sourceStride, target += targetStride) store<u16>(target, load<u16>(source));
  } else if (length == 4) {
    for (; count > 0; count--, source += sourceStride, target += targetStride) store<u32>(target, load<u32>(source));
  } else if (length == 16) {
    for (; count > 0; count--, source += sourceStride, target += targetStride) v128.store(target, v128.load(source));
  } else if (length > 16) {
    // The last sixteen bytes of a run may be written twice, which is cheaper than a loop for the rest.
    const last = length - 16;
    for (; count > 0; count--, source += sourceStride, target += targetStride) {
      for (let at: usize = 0; at < last; at += 16) v128.store(target + at, v128.load(source + at));
      v128.store(target + last, v128.load(source + last));
    }
  } else {
    for (; count > 0; count--, source += sourceStride, target += targetStride)
      for (let at: usize = 0; at < length; at++) store<u8>(target + at, load<u8>(source + at));
  }
}
