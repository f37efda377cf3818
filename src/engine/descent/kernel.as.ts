// The loops of kernel.ts for WebAssembly, operation for operation, so that both give the same bits.

export function slope(sums: usize, stride: i32, size: i32, errors: usize, gradient: usize): void {
  const bytes = <usize>stride << 2;
  memory.fill(gradient, 0, bytes);
  let row = 0;
  // What four rows add is added in one go over the gradient.
  for (; row + 4 <= size; row += 4) {
    const source = sums + <usize>row * bytes;
    const shares = errors + (<usize>row << 2);
    const e0 = f32x4.splat(load<f32>(shares));
    const e1 = f32x4.splat(load<f32>(shares, 4));
    const e2 = f32x4.splat(load<f32>(shares, 8));
    const e3 = f32x4.splat(load<f32>(shares, 12));
    for (let at: usize = 0; at < bytes; at += 16) {
      const place = source + at;
      let sum = v128.load(gradient + at);
      sum = f32x4.add(sum, f32x4.mul(e0, v128.load(place)));
      sum = f32x4.add(sum, f32x4.mul(e1, v128.load(place + bytes)));
      sum = f32x4.add(sum, f32x4.mul(e2, v128.load(place + 2 * bytes)));
      sum = f32x4.add(sum, f32x4.mul(e3, v128.load(place + 3 * bytes)));
      v128.store(gradient + at, sum);
    }
  }
  for (; row < size; row++)
    addRow(sums + <usize>row * bytes, load<f32>(errors + (<usize>row << 2)), bytes, gradient);
}

export function descend(
  sums: usize,
  stride: i32,
  size: i32,
  places: usize,
  count: i32,
  gradient: usize,
  book: usize,
  prices: usize,
): i32 {
  const bytes = <usize>stride << 2;
  let moves = 0;
  for (let column = 0; column < size; column++) {
    const place = <i32>load<u8>(places + <usize>column);
    const value = load<f32>(book + (<usize>place << 2));
    const price = load<f32>(prices + (<usize>place << 2));
    const row = sums + <usize>column * bytes;
    const twice: f32 = 2 * load<f32>(gradient + (<usize>column << 2));
    const bend = load<f32>(row + (<usize>column << 2));
    let best = place;
    let least: f32 = 0;
    for (let other = place - 1; other <= place + 1; other += 2) {
      if (other < 0 || other >= count) continue;
      const move: f32 = load<f32>(book + (<usize>other << 2)) - value;
      const outputs: f32 = move * (twice + bend * move);
      const cost: f32 = outputs + (load<f32>(prices + (<usize>other << 2)) - price);
      if (cost < least) {
        best = other;
        least = cost;
      }
    }
    if (best === place) continue;
    store<u8>(places + <usize>column, <u8>best);
    addRow(row, load<f32>(book + (<usize>best << 2)) - value, bytes, gradient);
    moves++;
  }
  return moves;
}

export function gather(
  sums: usize,
  stride: i32,
  size: i32,
  places: usize,
  count: i32,
  gradient: usize,
  normals: usize,
  slopes: usize,
): void {
  for (let row = 0; row < size; row++) {
    const place = <usize>load<u8>(places + <usize>row);
    const slope = slopes + (place << 3);
    store<f64>(slope, load<f64>(slope) + <f64>load<f32>(gradient + (<usize>row << 2)));
    const target = normals + ((place * <usize>count) << 3);
    const source = sums + ((<usize>row * <usize>stride) << 2);
    const own = target + (place << 3);
    store<f64>(own, load<f64>(own) + <f64>load<f32>(source + (<usize>row << 2)) / 2);
    for (let column = row + 1; column < size; column++) {
      const at = target + (<usize>load<u8>(places + <usize>column) << 3);
      store<f64>(at, load<f64>(at) + <f64>load<f32>(source + (<usize>column << 2)));
    }
  }
}

function addRow(row: usize, share: f32, bytes: usize, gradient: usize): void {
  const shares = f32x4.splat(share);
  for (let at: usize = 0; at < bytes; at += 16)
    v128.store(gradient + at, f32x4.add(v128.load(gradient + at), f32x4.mul(shares, v128.load(row + at))));
}
