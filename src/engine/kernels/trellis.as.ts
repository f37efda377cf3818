// The loops of ../trellis/kernel.ts, operation for operation, for the kernels that round by them.

const pricedCodes: i32 = 31;
const pricesOfSet: i32 = 63;

/** See `../trellis/kernel.ts`. */
export function ways(
  wanted: usize,
  count: i32,
  prices: usize,
  weight: f32,
  isFree: i32,
  lines: usize,
  room: usize,
): void {
  const marks = room + (<usize>count << 4);
  // Costs of states 0 to 3 and 4 to 7.
  let low = f32x4(0, Infinity, Infinity, Infinity);
  let high = f32x4.splat(Infinity);
  for (let at = 0; at < count; at++) {
    const x = load<f32>(wanted + (<usize>at << 2));
    const words = room + (<usize>at << 4);
    const below = Mathf.floor(x * 0.5);
    const one = take(x, below, 0, prices, weight, isFree, words);
    const two = take(x, below + 1, 0, prices, weight, isFree, words);
    const belowOdd = x >= 1 ? Mathf.floor((x + 1) * 0.5) : x < -1 ? Mathf.floor((x - 1) * 0.5) : Mathf.floor(x);
    const three = take(x, belowOdd, 1, prices, weight, isFree, words);
    const four = take(x, belowOdd + 1, 1, prices, weight, isFree, words);
    const turned = (<i32>below & 1) !== 0;
    const turnedOdd = (<i32>belowOdd & 1) !== 0;
    const e0 = f32x4.splat(turned ? two : one);
    const e1 = f32x4.splat(turned ? one : two);
    const o0 = f32x4.splat(turnedOdd ? four : three);
    const o1 = f32x4.splat(turnedOdd ? three : four);
    const a = f32x4.add(v128.shuffle<f32>(low, low, 0, 2, 0, 2), v128.shuffle<f32>(e0, e1, 0, 1, 4, 5));
    const b = f32x4.add(v128.shuffle<f32>(high, high, 0, 2, 0, 2), v128.shuffle<f32>(e0, e1, 4, 5, 0, 1));
    const c = f32x4.add(v128.shuffle<f32>(low, low, 3, 1, 3, 1), v128.shuffle<f32>(o0, o1, 4, 5, 0, 1));
    const d = f32x4.add(v128.shuffle<f32>(high, high, 3, 1, 3, 1), v128.shuffle<f32>(o0, o1, 0, 1, 4, 5));
    const mark = i32x4.bitmask(f32x4.lt(b, a)) | (i32x4.bitmask(f32x4.lt(d, c)) << 4);
    store<u8>(marks + at, mark);
    low = f32x4.min(a, b);
    high = f32x4.min(c, d);
  }
  trace(count, best(low, high), marks, lines, room);
}

/** Notes a code of a set, or with `isFree` one nearer to 0 that costs less; what it costs. */
// @ts-ignore: decorator
@inline
function take(x: f32, nearest: f32, set: i32, prices: usize, weight: f32, isFree: i32, words: usize): f32 {
  let code = nearest;
  let cost = costOf(x, code, set, prices, weight);
  if (isFree !== 0 && Mathf.abs(code) >= 2) {
    const inner: f32 = code > 0 ? code - 2 : code + 2;
    const less = costOf(x, inner, set, prices, weight);
    if (less < cost) {
      cost = less;
      code = inner;
    }
  }
  const whole = <i32>code;
  store<i32>(words + (<usize>((set << 1) | (whole & 1)) << 2), whole);
  return cost;
}

// @ts-ignore: decorator
@inline
function costOf(x: f32, code: f32, set: i32, prices: usize, weight: f32): f32 {
  const sign: f32 = code > 0 ? 1 : code < 0 ? -1 : 0;
  const away = x - (set === 0 ? code * 2 : code * 2 - sign);
  const place = min(max(<i32>code, -pricedCodes), pricedCodes) + pricedCodes + set * pricesOfSet;
  return away * away + weight * load<f32>(prices + (<usize>place << 2));
}

/** The state that costs least, of equal ones the first. */
function best(low: v128, high: v128): i32 {
  const least = f32x4.min(low, high);
  let cost = min(f32x4.extract_lane(least, 0), f32x4.extract_lane(least, 1));
  cost = min(cost, min(f32x4.extract_lane(least, 2), f32x4.extract_lane(least, 3)));
  const all = f32x4.splat(cost);
  return ctz(i32x4.bitmask(f32x4.eq(low, all)) | (i32x4.bitmask(f32x4.eq(high, all)) << 4));
}

/** Writes the lines of the way that ends in a state. */
function trace(count: i32, last: i32, marks: usize, lines: usize, room: usize): void {
  let state = last;
  for (let at = count - 1; at >= 0; at--) {
    const isSecond = (load<u8>(marks + at) >> <u8>state) & 1;
    const fromHigh = isSecond !== 0;
    let bit: i32;
    if (state < 4) {
      bit = <i32>(state > 1) ^ <i32>fromHigh;
      state = ((state & 1) << 1) | (fromHigh ? 4 : 0);
    } else {
      bit = <i32>(state < 6) ^ <i32>fromHigh;
      state = ((state & 1) !== 0 ? 1 : 3) | (fromHigh ? 4 : 0);
    }
    const code = load<i32>(room + (<usize>at << 4) + (<usize>(((state & 1) << 1) | bit) << 2));
    const sign = <i32>(code > 0) - <i32>(code < 0);
    store<i32>(lines + (<usize>at << 2), (code << 1) - ((state & 1) !== 0 ? sign : 0));
  }
}
