/** The logistic function at -8, -7.5 … 8, times 2^16: between these points it is a straight line. */
const knots = [
  22, 36, 60, 98, 162, 267, 439, 720, 1179, 1921, 3108, 4971, 7812, 11955, 17625, 24743, 32768, 40793, 47911, 53581,
  57724, 60565, 62428, 63615, 64357, 64816, 65097, 65269, 65374, 65438, 65476, 65500, 65514,
];

const entries = 4096;

/**
 * The logistic function and its inverse for coders that mix predictions, in whole numbers so that they are alike everywhere:
 * `squash` has the probability (times 2^16) of x = -2047 … 2047 at x + 2048, `stretch` the least x of a probability times 2^12.
 */
export const { squash, stretch } = ((): { readonly squash: Uint16Array; readonly stretch: Int16Array } => {
  const squash = new Uint16Array(entries);
  const stretch = new Int16Array(entries);
  let next = 0;
  for (let at = -2047; at <= 2047; at++) {
    const [from, within] = [(at + 2048) >> 7, (at + 2048) & 127];
    const probability = ((knots[from] ?? 0) * (128 - within) + (knots[from + 1] ?? 0) * within + 64) >> 7;
    squash[at + 2048] = probability;
    for (; next <= probability >> 4; next++) stretch[next] = at;
  }
  stretch.fill(2047, next);
  return { squash, stretch };
})();
