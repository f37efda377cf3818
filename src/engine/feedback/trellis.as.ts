import { ways } from '../kernels/trellis.as';

/** See `trellis-kernel.ts`. */
export function sweepWays(
  shares: usize,
  size: i32,
  stride: i32,
  count: i32,
  weights: usize,
  errors: usize,
  lines: usize,
  halves: usize,
  widths: usize,
  worths: usize,
  prices: usize,
  isFree: i32,
  wanted: usize,
  room: usize,
): void {
  const bytes = <usize>stride << 2;
  for (let column = size - 1; column >= 0; column--) {
    const here = <usize>column * bytes;
    const row = shares + (<usize>column * <usize>size << 2);
    let at: usize = 0;
    for (; at + 64 <= bytes; at += 64) gatherSixteen(row, column, size, weights + here + at, errors + at, bytes, here);
    for (; at < bytes; at += 16) gatherFour(row, column, size, weights + here + at, errors + at, bytes, here);
    for (at = 0; at < bytes; at += 16)
      v128.store(wanted + at, f32x4.div(v128.load(errors + here + at), v128.load(widths + at)));
    ways(wanted, count, prices, load<f32>(worths + (<usize>column << 2)), isFree, lines + here, room);
    for (at = 0; at < bytes; at += 16) {
      const given = f32x4.mul(f32x4.convert_i32x4_s(v128.load(lines + here + at)), v128.load(halves + at));
      v128.store(errors + here + at, f32x4.sub(v128.load(weights + here + at), given));
    }
  }
}

/** Writes where a column's errors will be what sixteen of its weights are when those behind are made good. */
// @ts-ignore: decorator
@inline
function gatherSixteen(row: usize, column: i32, size: i32, weights: usize, errors: usize, bytes: usize, here: usize): void {
  let x0 = v128.load(weights);
  let x1 = v128.load(weights, 16);
  let x2 = v128.load(weights, 32);
  let x3 = v128.load(weights, 48);
  let place = errors + here + bytes;
  for (let other = column + 1; other < size; other++) {
    const share = f32x4.splat(load<f32>(row + (<usize>other << 2)));
    x0 = f32x4.add(x0, f32x4.mul(share, v128.load(place)));
    x1 = f32x4.add(x1, f32x4.mul(share, v128.load(place, 16)));
    x2 = f32x4.add(x2, f32x4.mul(share, v128.load(place, 32)));
    x3 = f32x4.add(x3, f32x4.mul(share, v128.load(place, 48)));
    place += bytes;
  }
  v128.store(errors + here, x0);
  v128.store(errors + here, x1, 16);
  v128.store(errors + here, x2, 32);
  v128.store(errors + here, x3, 48);
}

// @ts-ignore: decorator
@inline
function gatherFour(row: usize, column: i32, size: i32, weights: usize, errors: usize, bytes: usize, here: usize): void {
  let x = v128.load(weights);
  let place = errors + here + bytes;
  for (let other = column + 1; other < size; other++) {
    const share = f32x4.splat(load<f32>(row + (<usize>other << 2)));
    x = f32x4.add(x, f32x4.mul(share, v128.load(place)));
    place += bytes;
  }
  v128.store(errors + here, x);
}
