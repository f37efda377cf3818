// A step is written with its sign at the bottom, so that small ones of both signs have zeros above.

/** See `kernel.ts`. */
export function encode(source: usize, count: usize, width: usize, distance: usize, steps: usize): void {
  if (width === 2) encodeAs<i16>(source, count, distance, steps);
  else if (width === 4) encodeAs<i32>(source, count, distance, steps);
  else encodeAs<i64>(source, count, distance, steps);
}

/** See `kernel.ts`. */
export function decode(steps: usize, count: usize, width: usize, distance: usize, target: usize): void {
  if (width === 2) decodeAs<u16>(steps, count, distance, target);
  else if (width === 4) decodeAs<u32>(steps, count, distance, target);
  else decodeAs<u64>(steps, count, distance, target);
}

function encodeAs<T>(source: usize, count: usize, distance: usize, steps: usize): void {
  const back = distance * sizeof<T>();
  for (let at = source + back, end = source + count * sizeof<T>(); at < end; at += sizeof<T>()) {
    const step = <T>(load<T>(at) - load<T>(at - back));
    store<T>(steps, <T>((step << 1) ^ (step >> <T>(8 * sizeof<T>() - 1))));
    steps += sizeof<T>();
  }
}

function decodeAs<T>(steps: usize, count: usize, distance: usize, target: usize): void {
  const back = distance * sizeof<T>();
  for (let at = target + back, end = target + count * sizeof<T>(); at < end; at += sizeof<T>()) {
    const code = load<T>(steps);
    const step = <T>((code >> 1) ^ (0 - (code & 1)));
    store<T>(at, <T>(load<T>(at - back) + step));
    steps += sizeof<T>();
  }
}
