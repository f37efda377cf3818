// Shuffles that V8 maps to one or two machine instructions (pack, unpack, shufps; uzp and zip on ARM). Other byte orders
// become table shuffles with a constant loaded each time, so kernels should be built of these.

/** The even bytes of `a`, then of `b`. */
// @ts-ignore: decorator
@inline
export function evenBytes(a: v128, b: v128): v128 {
  return v128.shuffle<u8>(a, b, 0, 2, 4, 6, 8, 10, 12, 14, 16, 18, 20, 22, 24, 26, 28, 30);
}

/** The odd bytes of `a`, then of `b`. */
// @ts-ignore: decorator
@inline
export function oddBytes(a: v128, b: v128): v128 {
  return v128.shuffle<u8>(a, b, 1, 3, 5, 7, 9, 11, 13, 15, 17, 19, 21, 23, 25, 27, 29, 31);
}

/** The even 16-bit lanes of `a`, then of `b`. */
// @ts-ignore: decorator
@inline
export function evenPairs(a: v128, b: v128): v128 {
  return v128.shuffle<u16>(a, b, 0, 2, 4, 6, 8, 10, 12, 14);
}

/** The odd 16-bit lanes of `a`, then of `b`. */
// @ts-ignore: decorator
@inline
export function oddPairs(a: v128, b: v128): v128 {
  return v128.shuffle<u16>(a, b, 1, 3, 5, 7, 9, 11, 13, 15);
}

/** The even 32-bit lanes of `a`, then of `b`. */
// @ts-ignore: decorator
@inline
export function evenQuads(a: v128, b: v128): v128 {
  return v128.shuffle<u32>(a, b, 0, 2, 4, 6);
}

/** The odd 32-bit lanes of `a`, then of `b`. */
// @ts-ignore: decorator
@inline
export function oddQuads(a: v128, b: v128): v128 {
  return v128.shuffle<u32>(a, b, 1, 3, 5, 7);
}

/** The bytes of the lower halves of `a` and `b`, alternating. */
// @ts-ignore: decorator
@inline
export function zipLowBytes(a: v128, b: v128): v128 {
  return v128.shuffle<u8>(a, b, 0, 16, 1, 17, 2, 18, 3, 19, 4, 20, 5, 21, 6, 22, 7, 23);
}

/** The bytes of the upper halves of `a` and `b`, alternating. */
// @ts-ignore: decorator
@inline
export function zipHighBytes(a: v128, b: v128): v128 {
  return v128.shuffle<u8>(a, b, 8, 24, 9, 25, 10, 26, 11, 27, 12, 28, 13, 29, 14, 30, 15, 31);
}

/** The 16-bit lanes of the lower halves of `a` and `b`, alternating. */
// @ts-ignore: decorator
@inline
export function zipLowPairs(a: v128, b: v128): v128 {
  return v128.shuffle<u16>(a, b, 0, 8, 1, 9, 2, 10, 3, 11);
}

/** The 16-bit lanes of the upper halves of `a` and `b`, alternating. */
// @ts-ignore: decorator
@inline
export function zipHighPairs(a: v128, b: v128): v128 {
  return v128.shuffle<u16>(a, b, 4, 12, 5, 13, 6, 14, 7, 15);
}

/** The 32-bit lanes of the lower halves of `a` and `b`, alternating. */
// @ts-ignore: decorator
@inline
export function zipLowQuads(a: v128, b: v128): v128 {
  return v128.shuffle<u32>(a, b, 0, 4, 1, 5);
}

/** The 32-bit lanes of the upper halves of `a` and `b`, alternating. */
// @ts-ignore: decorator
@inline
export function zipHighQuads(a: v128, b: v128): v128 {
  return v128.shuffle<u32>(a, b, 2, 6, 3, 7);
}
