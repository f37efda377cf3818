/** A generator of 32-bit numbers that gives the same sequence for the same seed on every machine (sfc32). */
export type Random = () => number;

/** Starts a sequence from a seed. */
export function random(seed: number): Random {
  let a = 0x9e3779b9;
  let b = 0x243f6a88;
  let c = seed | 0;
  let counter = Math.floor(seed / 2 ** 32) | 1;
  const next: Random = () => {
    const sum = (a + b + counter) | 0;
    counter = (counter + 1) | 0;
    a = b ^ (b >>> 9);
    b = (c + (c << 3)) | 0;
    c = ((c << 21) | (c >>> 11)) + sum;
    return sum >>> 0;
  };
  // The first numbers still tell the seed.
  for (let step = 0; step < 16; step++) next();
  return next;
}

/** A whole number from 0 to `count − 1`. */
export function below(next: Random, count: number): number {
  return Math.floor((next() / 2 ** 32) * count);
}

/** A number from [0, 1). */
export function uniform(next: Random): number {
  return next() / 2 ** 32;
}

/** A number from the standard normal distribution (Box and Muller). */
export function normal(next: Random): number {
  const radius = Math.sqrt(-2 * Math.log((next() + 1) / (2 ** 32 + 1)));
  return radius * Math.cos((2 * Math.PI * next()) / 2 ** 32);
}
