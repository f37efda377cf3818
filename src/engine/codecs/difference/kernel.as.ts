/** See `kernel.ts`. */
export function survey(reference: usize, count: u32, width: u32, shift: u32, mask: u32, table: usize): void {
  memory.fill(table, 0, 1024);
  if (width == 1) surveyAs<u8>(reference, count, shift, mask, table);
  else if (width == 2) surveyAs<u16>(reference, count, shift, mask, table);
  else surveyAs<u32>(reference, count, shift, mask, table);
}

function surveyAs<T>(reference: usize, count: u32, shift: u32, mask: u32, table: usize): void {
  const end = reference + (<usize>count) * sizeof<T>();
  for (let at = reference; at < end; at += sizeof<T>()) {
    const cell = table + ((<usize>(((<u32>load<T>(at)) >> shift) & mask)) << 2);
    store<u32>(cell, load<u32>(cell) + 1);
  }
}

/** Flips the element's bits so that greater numbers have greater ranks; `flips` is 0 for whole numbers, all ones for floats. */
// @ts-ignore: decorator
@inline
function ranked<T>(value: u32, flips: u32): u32 {
  const top: u32 = 1 << (8 * sizeof<T>() - 1);
  const sign = <u32>((<i32>(value << (32 - 8 * sizeof<T>()))) >> 31);
  return value ^ ((top | (sign & (top - 1))) & flips);
}

// @ts-ignore: decorator
@inline
function unranked<T>(rank: u32, flips: u32): u32 {
  const top: u32 = 1 << (8 * sizeof<T>() - 1);
  const sign = <u32>((<i32>(rank << (32 - 8 * sizeof<T>()))) >> 31);
  return rank ^ ((top | (~sign & (top - 1))) & flips);
}

// @ts-ignore: decorator
@inline
function symbolAddress<T>(base: u32, shift: u32, mask: u32, classes: usize, pointers: usize): usize {
  const pointer = pointers + ((<usize>load<u8>(classes + ((base >> shift) & mask))) << 2);
  const at = load<u32>(pointer);
  store<u32>(pointer, at + 1);
  return at;
}

export function split(
  source: usize,
  reference: usize,
  count: u32,
  width: u32,
  shift: u32,
  mask: u32,
  ordered: u32,
  classes: usize,
  pointers: usize,
  bits: usize,
): u32 {
  const flips: u32 = 0 - ordered;
  if (width == 1) return splitAs<u8>(source, reference, count, shift, mask, flips, classes, pointers, bits);
  if (width == 2) return splitAs<u16>(source, reference, count, shift, mask, flips, classes, pointers, bits);
  return splitAs<u32>(source, reference, count, shift, mask, flips, classes, pointers, bits);
}

function splitAs<T>(
  source: usize,
  reference: usize,
  count: u32,
  shift: u32,
  mask: u32,
  flips: u32,
  classes: usize,
  pointers: usize,
  bits: usize,
): u32 {
  const end = reference + (<usize>count) * sizeof<T>();
  let written: u32 = 0;
  let held: u64 = 0;
  let heldBits: u32 = 0;
  let to = bits;
  for (; reference < end; reference += sizeof<T>(), source += sizeof<T>()) {
    const base = <u32>load<T>(reference);
    const value = <u32>load<T>(source);
    const distance =
      (<i32>((ranked<T>(value, flips) - ranked<T>(base, flips)) << (32 - 8 * sizeof<T>()))) >>
      (32 - 8 * sizeof<T>());
    const sign = <u32>(distance < 0);
    const size = distance < 0 ? 0 - (<u32>distance) : <u32>distance;
    const at = symbolAddress<T>(base, shift, mask, classes, pointers);
    if (size < 8) {
      store<u8>(at, 2 * size + sign);
      continue;
    }
    const low = 29 - clz(size);
    store<u8>(at, 2 * (4 + low * 4 + ((size >> low) & 3)) + sign);
    held |= (<u64>(size & ((1 << low) - 1))) << heldBits;
    heldBits += low;
    written += low;
    if (heldBits >= 32) {
      store<u32>(to, <u32>held);
      to += 4;
      held >>= 32;
      heldBits -= 32;
    }
  }
  for (; heldBits > 0; heldBits = heldBits > 8 ? heldBits - 8 : 0) {
    store<u8>(to++, <u8>held);
    held >>= 8;
  }
  return written;
}

export function join(
  target: usize,
  reference: usize,
  count: u32,
  width: u32,
  shift: u32,
  mask: u32,
  ordered: u32,
  classes: usize,
  pointers: usize,
  bits: usize,
  available: u32,
): u32 {
  const flips: u32 = 0 - ordered;
  if (width == 1) return joinAs<u8>(target, reference, count, shift, mask, flips, classes, pointers, bits, available);
  if (width == 2) return joinAs<u16>(target, reference, count, shift, mask, flips, classes, pointers, bits, available);
  return joinAs<u32>(target, reference, count, shift, mask, flips, classes, pointers, bits, available);
}

function joinAs<T>(
  target: usize,
  reference: usize,
  count: u32,
  shift: u32,
  mask: u32,
  flips: u32,
  classes: usize,
  pointers: usize,
  bits: usize,
  available: u32,
): u32 {
  const end = reference + (<usize>count) * sizeof<T>();
  let used: u32 = 0;
  for (; reference < end; reference += sizeof<T>(), target += sizeof<T>()) {
    const base = <u32>load<T>(reference);
    const symbol = <u32>load<u8>(symbolAddress<T>(base, shift, mask, classes, pointers));
    let size = symbol >> 1;
    if (size >= 8) {
      const octave = (size - 8) >> 2;
      const low = octave < 29 ? octave + 1 : 29;
      // Forged symbols may ask for more bits than there are; those are read as what lies at the end.
      const place = used < available ? used : available;
      const raw = <u32>(load<u64>(bits + (place >> 3)) >> (place & 7)) & ((1 << low) - 1);
      size = ((4 + ((size - 8) & 3)) << low) + raw;
      used += low;
    }
    const rank = ranked<T>(base, flips) + ((symbol & 1) != 0 ? 0 - size : size);
    store<T>(target, <T>unranked<T>(rank, flips));
  }
  return used;
}
