// The loop of regressions; rows of an even number of double-precision numbers.

export function subtractProducts(matrix: usize, stride: i32, left: usize, right: usize): void {
  const bytes = <usize>stride << 3;
  for (let row = 0; row < stride; row++) {
    const at = <usize>row << 3;
    const x0 = f64x2.splat(load<f64>(left + at));
    const x1 = f64x2.splat(load<f64>(left + at + bytes));
    const x2 = f64x2.splat(load<f64>(left + at + 2 * bytes));
    const x3 = f64x2.splat(load<f64>(left + at + 3 * bytes));
    const x4 = f64x2.splat(load<f64>(left + at + 4 * bytes));
    const x5 = f64x2.splat(load<f64>(left + at + 5 * bytes));
    const x6 = f64x2.splat(load<f64>(left + at + 6 * bytes));
    const x7 = f64x2.splat(load<f64>(left + at + 7 * bytes));
    const target = matrix + <usize>row * bytes;
    for (let column = at & ~15; column < bytes; column += 16) {
      const place = right + column;
      let rest = v128.load(target + column);
      rest = f64x2.sub(rest, f64x2.mul(x0, v128.load(place)));
      rest = f64x2.sub(rest, f64x2.mul(x1, v128.load(place + bytes)));
      rest = f64x2.sub(rest, f64x2.mul(x2, v128.load(place + 2 * bytes)));
      rest = f64x2.sub(rest, f64x2.mul(x3, v128.load(place + 3 * bytes)));
      rest = f64x2.sub(rest, f64x2.mul(x4, v128.load(place + 4 * bytes)));
      rest = f64x2.sub(rest, f64x2.mul(x5, v128.load(place + 5 * bytes)));
      rest = f64x2.sub(rest, f64x2.mul(x6, v128.load(place + 6 * bytes)));
      rest = f64x2.sub(rest, f64x2.mul(x7, v128.load(place + 7 * bytes)));
      v128.store(target + column, rest);
    }
  }
}
