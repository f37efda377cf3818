// The loops of meeting other inputs; sixteen rows of double-precision numbers, lane beside lane, are 128 bytes.

export function meet(
  products: usize,
  stride: i32,
  shares: usize,
  costs: usize,
  meanCost: f64,
  size: i32,
  weights: usize,
  changes: usize,
): void {
  for (let column = 0; column < size; column++) {
    const here = changes + (<usize>column << 7);
    memory.fill(here, 0, 128);
    takeShares(products + (<usize>column * <usize>stride << 2), weights, 0, size, here);
  }
  for (let row = 0; row < size; row++) passOn(shares + (<usize>row * <usize>size << 2), row, size, changes);
  for (let row = size - 1; row >= 0; row--) {
    const here = changes + (<usize>row << 7);
    const cost = f64x2.splat(-(<f64>load<f32>(costs + (<usize>row << 2)) * meanCost));
    for (let at = here; at < here + 128; at += 16) v128.store(at, f64x2.div(v128.load(at), cost));
    takeShares(shares + (<usize>row * <usize>size << 2), changes, row + 1, size, here);
  }
}

/** Subtracts from the lanes at `target` the shares in a row, from one column to another, of the lanes of those columns. */
function takeShares(row: usize, lanes: usize, from: i32, end: i32, target: usize): void {
  let x0 = v128.load(target);
  let x1 = v128.load(target, 16);
  let x2 = v128.load(target, 32);
  let x3 = v128.load(target, 48);
  let x4 = v128.load(target, 64);
  let x5 = v128.load(target, 80);
  let x6 = v128.load(target, 96);
  let x7 = v128.load(target, 112);
  for (let column = from; column < end; column++) {
    const share = f64x2.splat(<f64>load<f32>(row + (<usize>column << 2)));
    const place = lanes + (<usize>column << 7);
    x0 = f64x2.sub(x0, f64x2.mul(share, v128.load(place)));
    x1 = f64x2.sub(x1, f64x2.mul(share, v128.load(place, 16)));
    x2 = f64x2.sub(x2, f64x2.mul(share, v128.load(place, 32)));
    x3 = f64x2.sub(x3, f64x2.mul(share, v128.load(place, 48)));
    x4 = f64x2.sub(x4, f64x2.mul(share, v128.load(place, 64)));
    x5 = f64x2.sub(x5, f64x2.mul(share, v128.load(place, 80)));
    x6 = f64x2.sub(x6, f64x2.mul(share, v128.load(place, 96)));
    x7 = f64x2.sub(x7, f64x2.mul(share, v128.load(place, 112)));
  }
  v128.store(target, x0);
  v128.store(target, x1, 16);
  v128.store(target, x2, 32);
  v128.store(target, x3, 48);
  v128.store(target, x4, 64);
  v128.store(target, x5, 80);
  v128.store(target, x6, 96);
  v128.store(target, x7, 112);
}

/** Subtracts the lanes of a row, in the shares that stand in it, from those of all rows behind it. */
function passOn(row: usize, first: i32, size: i32, lanes: usize): void {
  const here = lanes + (<usize>first << 7);
  const x0 = v128.load(here);
  const x1 = v128.load(here, 16);
  const x2 = v128.load(here, 32);
  const x3 = v128.load(here, 48);
  const x4 = v128.load(here, 64);
  const x5 = v128.load(here, 80);
  const x6 = v128.load(here, 96);
  const x7 = v128.load(here, 112);
  for (let other = first + 1; other < size; other++) {
    const share = f64x2.splat(<f64>load<f32>(row + (<usize>other << 2)));
    const place = lanes + (<usize>other << 7);
    v128.store(place, f64x2.sub(v128.load(place), f64x2.mul(share, x0)));
    v128.store(place, f64x2.sub(v128.load(place, 16), f64x2.mul(share, x1)), 16);
    v128.store(place, f64x2.sub(v128.load(place, 32), f64x2.mul(share, x2)), 32);
    v128.store(place, f64x2.sub(v128.load(place, 48), f64x2.mul(share, x3)), 48);
    v128.store(place, f64x2.sub(v128.load(place, 64), f64x2.mul(share, x4)), 64);
    v128.store(place, f64x2.sub(v128.load(place, 80), f64x2.mul(share, x5)), 80);
    v128.store(place, f64x2.sub(v128.load(place, 96), f64x2.mul(share, x6)), 96);
    v128.store(place, f64x2.sub(v128.load(place, 112), f64x2.mul(share, x7)), 112);
  }
}
