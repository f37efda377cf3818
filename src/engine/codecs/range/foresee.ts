import { seenAtFirst } from './model.ts';

/**
 * Whether `bytes`, modelled alike wherever they stand, take less if neighbouring numbers are taken for about as frequent at first. Foreseen from
 * how often each occurs: a probability that moves by 1 / (seen + 3/2) codes a sequence in what the beta-binomial distribution gives it.
 */
export function isSmoother(bytes: Uint8Array): boolean {
  const counts = new Uint32Array(512);
  for (const byte of bytes) counts[256 + byte] = (counts[256 + byte] ?? 0) + 1;
  for (let node = 255; node > 0; node--) counts[node] = (counts[2 * node] ?? 0) + (counts[2 * node + 1] ?? 0);
  let gain = 0;
  for (const { first, plain, smooth } of levels)
    for (let node = first; node < 2 * first; node++) {
      const [zeros, ones] = [counts[2 * node] ?? 0, counts[2 * node + 1] ?? 0];
      if (zeros + ones > 0) gain += logChance(zeros, ones, smooth) - logChance(zeros, ones, plain);
    }
  return gain > 0;
}

/** What was seen of zeros and of ones before, and the logarithm of its beta function. */
interface Prior {
  readonly weight: number;
  readonly logBeta: number;
}

function priorOf(node: number, isSmooth: boolean): Prior {
  const weight = seenAtFirst(node, isSmooth) / 2 + 1 / 4;
  return { weight, logBeta: logBeta(weight, weight) };
}

/** The natural logarithm of the probability of one sequence of so many zeros and ones. */
function logChance(zeros: number, ones: number, { weight, logBeta: before }: Prior): number {
  return logBeta(zeros + weight, ones + weight) - before;
}

function logBeta(left: number, right: number): number {
  return logGamma(left) + logGamma(right) - logGamma(left + right);
}

/** Stirling's series, from where it has ten digits. */
const leastInSeries = 8;

function logGamma(value: number): number {
  let product = 1;
  let at = value;
  for (; at < leastInSeries; at++) product *= at;
  const inverse = 1 / (at * at);
  const series = (1 / 12 - inverse * (1 / 360 - inverse / 1260)) / at;
  return (at - 0.5) * Math.log(at) - at + Math.log(2 * Math.PI) / 2 + series - Math.log(product);
}

/** The levels of nodes where it makes a difference. */
const levels = [4, 8, 16, 32, 64, 128].map((first) => ({
  first,
  plain: priorOf(first, false),
  smooth: priorOf(first, true),
}));
