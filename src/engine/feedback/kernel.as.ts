// The loops of kernel.ts for WebAssembly, operation for operation, so that both give the same bits.

export { meet } from './meet.as';
export { subtractProducts } from './regress.as';
export { sweepWays } from './trellis.as';

export function accumulate(samples: usize, count: i32, stride: i32, sums: usize): void {
  const bytes = <usize>stride << 2;
  for (let first = 0; first < count; first += 8) {
    const block = samples + <usize>first * bytes;
    for (let row = 0; row < stride; row++) {
      const at = <usize>row << 2;
      addRow(block + at, block, bytes, at & ~15, sums + <usize>row * bytes);
    }
  }
}

export function accumulateProducts(left: usize, right: usize, count: i32, stride: i32, sums: usize): void {
  const bytes = <usize>stride << 2;
  for (let first = 0; first < count; first += 8) {
    const before = <usize>first * bytes;
    for (let row = 0; row < stride; row++)
      addRow(left + before + (<usize>row << 2), right + before, bytes, 0, sums + <usize>row * bytes);
  }
}

/** Adds to a row, from the byte `from` on, eight samples times the eight numbers that stand `bytes` apart at `numbers`. */
// @ts-ignore: decorator
@inline
function addRow(numbers: usize, block: usize, bytes: usize, from: usize, target: usize): void {
  const x0 = f32x4.splat(load<f32>(numbers));
  const x1 = f32x4.splat(load<f32>(numbers + bytes));
  const x2 = f32x4.splat(load<f32>(numbers + 2 * bytes));
  const x3 = f32x4.splat(load<f32>(numbers + 3 * bytes));
  const x4 = f32x4.splat(load<f32>(numbers + 4 * bytes));
  const x5 = f32x4.splat(load<f32>(numbers + 5 * bytes));
  const x6 = f32x4.splat(load<f32>(numbers + 6 * bytes));
  const x7 = f32x4.splat(load<f32>(numbers + 7 * bytes));
  for (let column = from; column < bytes; column += 16) {
    const place = block + column;
    let sum = v128.load(target + column);
    sum = f32x4.add(sum, f32x4.mul(x0, v128.load(place)));
    sum = f32x4.add(sum, f32x4.mul(x1, v128.load(place + bytes)));
    sum = f32x4.add(sum, f32x4.mul(x2, v128.load(place + 2 * bytes)));
    sum = f32x4.add(sum, f32x4.mul(x3, v128.load(place + 3 * bytes)));
    sum = f32x4.add(sum, f32x4.mul(x4, v128.load(place + 4 * bytes)));
    sum = f32x4.add(sum, f32x4.mul(x5, v128.load(place + 5 * bytes)));
    sum = f32x4.add(sum, f32x4.mul(x6, v128.load(place + 6 * bytes)));
    sum = f32x4.add(sum, f32x4.mul(x7, v128.load(place + 7 * bytes)));
    v128.store(target + column, sum);
  }
}

export function factor(matrix: usize, size: i32): i32 {
  const bytes = <usize>size << 3;
  for (let first = 0; first < size; first += 4) {
    const end = min(first + 4, size);
    // What all four rows take from those above is read once.
    if (end === first + 4) for (let above = 0; above < first; above++) takeFour(matrix, bytes, above, first);
    else for (let row = first; row < end; row++) takeAll(matrix, bytes, 0, first, row);
    for (let row = first; row < end; row++) {
      takeAll(matrix, bytes, first, row, row);
      const target = matrix + <usize>row * bytes;
      const square = load<f64>(target + (<usize>row << 3));
      if (!(square > 0)) return row + 1;
      const root = Math.sqrt(square);
      for (let at = <usize>row << 3; at < bytes; at += 8) store<f64>(target + at, load<f64>(target + at) / root);
    }
  }
  return 0;
}

/** Subtracts from a row its shares of the rows from `start` to `end`, on and right of the diagonal. */
function takeAll(matrix: usize, bytes: usize, start: i32, end: i32, row: i32): void {
  const target = matrix + <usize>row * bytes;
  for (let above = start; above < end; above++) {
    const source = matrix + <usize>above * bytes;
    take(target, source, load<f64>(source + (<usize>row << 3)), <usize>row << 3, bytes);
  }
}

// @ts-ignore: decorator
@inline
function take(target: usize, source: usize, share: f64, from: usize, end: usize): void {
  const shares = f64x2.splat(share);
  let at = from;
  for (; at + 16 <= end; at += 16)
    v128.store(target + at, f64x2.sub(v128.load(target + at), f64x2.mul(shares, v128.load(source + at))));
  if (at < end) store<f64>(target + at, load<f64>(target + at) - share * load<f64>(source + at));
}

/** Subtracts from four rows from `first` their shares of one row above. */
function takeFour(matrix: usize, bytes: usize, above: i32, first: i32): void {
  const source = matrix + <usize>above * bytes;
  const from = <usize>first << 3;
  const t0 = matrix + <usize>first * bytes;
  const t1 = t0 + bytes;
  const t2 = t1 + bytes;
  const t3 = t2 + bytes;
  const y0 = load<f64>(source + from);
  const y1 = load<f64>(source + from, 8);
  const y2 = load<f64>(source + from, 16);
  const y3 = load<f64>(source + from, 24);
  take(t0, source, y0, from, from + 32);
  take(t1, source, y1, from + 8, from + 32);
  take(t2, source, y2, from + 16, from + 32);
  take(t3, source, y3, from + 24, from + 32);
  const s0 = f64x2.splat(y0);
  const s1 = f64x2.splat(y1);
  const s2 = f64x2.splat(y2);
  const s3 = f64x2.splat(y3);
  let at = from + 32;
  for (; at + 16 <= bytes; at += 16) {
    const x = v128.load(source + at);
    v128.store(t0 + at, f64x2.sub(v128.load(t0 + at), f64x2.mul(s0, x)));
    v128.store(t1 + at, f64x2.sub(v128.load(t1 + at), f64x2.mul(s1, x)));
    v128.store(t2 + at, f64x2.sub(v128.load(t2 + at), f64x2.mul(s2, x)));
    v128.store(t3 + at, f64x2.sub(v128.load(t3 + at), f64x2.mul(s3, x)));
  }
  if (at < bytes) {
    const x = load<f64>(source + at);
    store<f64>(t0 + at, load<f64>(t0 + at) - y0 * x);
    store<f64>(t1 + at, load<f64>(t1 + at) - y1 * x);
    store<f64>(t2 + at, load<f64>(t2 + at) - y2 * x);
    store<f64>(t3 + at, load<f64>(t3 + at) - y3 * x);
  }
}

export function sweep(
  shares: usize,
  size: i32,
  weights: usize,
  errors: usize,
  codes: usize,
  steps: usize,
  prices: usize,
  rates: usize,
  curvature: f32,
  costs: usize,
  border: f32,
  group: i32,
  keeps: usize,
): void {
  const room = codes;
  for (let column = size - 1; column >= 0; column--) {
    const here = <usize>column << 6;
    if (group > 0 && (column === size - 1 || column % group === group - 1))
      choose(shares, size, weights, errors, costs, keeps, column, group);
    let x0 = v128.load(weights + here);
    let x1 = v128.load(weights + here, 16);
    let x2 = v128.load(weights + here, 32);
    let x3 = v128.load(weights + here, 48);
    const row = shares + (<usize>column * <usize>size << 2);
    for (let other = column + 1; other < size; other++) {
      const share = f32x4.splat(load<f32>(row + (<usize>other << 2)));
      const place = errors + (<usize>other << 6);
      x0 = f32x4.add(x0, f32x4.mul(share, v128.load(place)));
      x1 = f32x4.add(x1, f32x4.mul(share, v128.load(place, 16)));
      x2 = f32x4.add(x2, f32x4.mul(share, v128.load(place, 32)));
      x3 = f32x4.add(x3, f32x4.mul(share, v128.load(place, 48)));
    }
    v128.store(errors + here, x0);
    v128.store(errors + here, x1, 16);
    v128.store(errors + here, x2, 32);
    v128.store(errors + here, x3, 48);
    const price = load<f32>(prices + (<usize>column << 2));
    for (let lane: usize = 0; lane < 16; lane++) {
      const at = here + (lane << 2);
      const step = load<f32>(steps + (lane << 2));
      const wanted = load<f32>(errors + at) / step;
      const x = load<f32>(errors + at);
      const isLost =
        group > 0 ? load<u8>(keeps + (at >> 2)) === 0 : x * x * load<f32>(costs + (<usize>column << 2)) < border;
      let code: f32 = isLost ? 0 : nearest(wanted);
      if (price > 0 && !isLost) code = cheapest(wanted, code, price, curvature, load<i32>(room + at), rates + (at >> 2) * 6);
      store<i32>(room + at, <i32>code);
      store<f32>(errors + at, load<f32>(weights + at) - code * step);
    }
  }
}

/** Notes which half of each lane's weights of a group stay, of those that end with `last`: such as cost most to lose. */
function choose(
  shares: usize,
  size: i32,
  weights: usize,
  errors: usize,
  costs: usize,
  keeps: usize,
  last: i32,
  group: i32,
): void {
  const first = last - (last % group);
  for (let lane: usize = 0; lane < 16; lane++) {
    // Errors of these columns are not known yet, so that their place is free for scores.
    for (let column = first; column <= last; column++) {
      const at = (<usize>column << 6) + (lane << 2);
      const row = shares + (<usize>column * <usize>size << 2);
      let x = load<f32>(weights + at);
      for (let other = last + 1; other < size; other++)
        x += load<f32>(row + (<usize>other << 2)) * load<f32>(errors + (<usize>other << 6) + (lane << 2));
      store<f32>(errors + at, x * x * load<f32>(costs + (<usize>column << 2)));
    }
    const kept = (last - first + 2) >> 1;
    for (let column = first; column <= last; column++) {
      const score = load<f32>(errors + (<usize>column << 6) + (lane << 2));
      let before = 0;
      for (let other = first; other <= last; other++) {
        const rival = load<f32>(errors + (<usize>other << 6) + (lane << 2));
        if (rival > score || (rival === score && other < column)) before++;
      }
      store<u8>(keeps + (<usize>column << 4) + lane, before < kept ? 1 : 0);
    }
  }
}

// @ts-ignore: decorator
@inline
function cheapest(wanted: f32, code: f32, price: f32, curvature: f32, known: i32, rates: usize): f32 {
  if (code == 0 && curvature == 0) return code;
  const outward: f32 = wanted < 0 ? -1 : 1;
  let best = code;
  let least = cost(wanted, code, price, curvature, known, rates);
  if (code != 0) {
    const second = cost(wanted, code - outward, price, curvature, known, rates);
    if (second < least) {
      least = second;
      best = code - outward;
    }
    const none = cost(wanted, 0, price, curvature, known, rates);
    if (none < least) {
      least = none;
      best = 0;
    }
  }
  if (curvature > 0 && cost(wanted, code + outward, price, curvature, known, rates) < least) best = code + outward;
  return best;
}

// @ts-ignore: decorator
@inline
function cost(wanted: f32, code: f32, price: f32, curvature: f32, known: i32, rates: usize): f32 {
  const near = min(max(<i32>code - known, -2), 2);
  const place = code == 0 ? 5 : near + 2;
  const at = code == 0 ? 0 : near + known;
  const off: f32 = wanted - code;
  return off * off + price * (<f32>load<u8>(rates + <usize>place) - curvature * <f32>(at * at));
}
