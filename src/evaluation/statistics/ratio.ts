import type { Interval } from '../figures.ts';
import { below, random } from './random.ts';
import { changedUnits, confidence, fewestChanged, fewestUnits, resamples, sumOf, type Scores } from './sample.ts';
import { flipInterval, shareInterval } from './shares.ts';
import { studentQuantile } from './student.ts';

const tail = (1 - confidence) / 2;
/** With fewer units that differ, resampling sees mostly the same few again. */
const fewestDifferent = 12;

/** How a ratio is shown: as it is, or as its exponential (perplexity). */
export type Transform = 'none' | 'exp';

interface IntervalOptions {
  readonly seed: number;
  readonly transform?: Transform;
  /** Whether units score from 0 to their weight, which wrong characters of a text hardly ever exceed. */
  readonly isShare?: boolean;
  /** Resamples. */
  readonly count?: number;
}

/**
 * The interval of `candidate − original`, of metrics that are ratios of sums, over units drawn from the same population.
 *
 * 1. Equal scores on every unit are no difference at all: [0, 0], if `identical` says that the outputs are equal too.
 * 2. Only whole differences (flips): {@link flipInterval}.
 * 3. Few differences: a t interval after adding one pseudo-unit that gains and one that loses, as Bonett and Price (2012) do.
 *    Resampling cannot see what did not happen.
 * 4. Else the studentized bootstrap, whose coverage stays near 95 % where differences are skewed, as log losses are, and
 *    that of the percentiles does not; a little wider, since few units seldom show how far the rest may lie.
 *
 * Nothing where there are too few units ({@link fewestUnits}), or too few that differ ({@link fewestChanged}) to tell how far
 * one may, for such an interval, of whatever kind, to be true to its word.
 */
export function differenceInterval(
  original: Scores,
  candidate: Scores,
  options: IntervalOptions & { readonly identical: boolean },
): Interval | null {
  const { seed, transform = 'none', identical, isShare = false, count = resamples } = options;
  if (identical) return { low: 0, high: 0, method: 'exact' };
  const units = original.numerators.length;
  const values = new Float64Array(units);
  const weights = new Float64Array(units);
  const { slope: slopeOriginal, ratio: ratioOriginal } = tangent(original, transform);
  const { slope: slopeCandidate, ratio: ratioCandidate } = tangent(candidate, transform);
  let [gained, lost, largest] = [0, 0, 0];
  // Zeros alone do not tell that a one is the next.
  let isWhole = isShare || sumOf(original.numerators) + sumOf(candidate.numerators) > 0;
  // Near the measured point the difference is linear in each unit's scores; that is exact where no transform is.
  for (let unit = 0; unit < units; unit++) {
    const before = original.numerators[unit] ?? 0;
    const after = candidate.numerators[unit] ?? 0;
    const weight = original.denominators[unit] ?? 0;
    const weightAfter = candidate.denominators[unit] ?? 0;
    if (after > before) gained++;
    if (after < before) lost++;
    largest = Math.max(largest, Math.abs(after - before));
    if (!isFlip(before, weight) || !isFlip(after, weightAfter)) isWhole = false;
    values[unit] =
      slopeCandidate * (after - ratioCandidate * weightAfter) - slopeOriginal * (before - ratioOriginal * weight);
    weights[unit] = (weight + weightAfter) / 2;
  }
  const different = changedUnits(original, candidate);
  if (isWhole && transform === 'none') return flipInterval(gained, lost, units);
  if (units < fewestUnits || (different < fewestChanged && !isShare)) return null;
  const point = shown(ratioCandidate, transform) - shown(ratioOriginal, transform);
  const sample = { deviations: values, weights, point };
  if (different < fewestDifferent) {
    const seen = (2 * largest * slopeCandidate * units) / sumOf(weights);
    return adjusted(sample, different < fewestChanged ? 1 : isShare ? Math.min(1, seen) : seen);
  }
  return studentized(sample, seed, count);
}

/** The interval of one model's metric; nothing of too few units. */
export function valueInterval(
  scores: Scores,
  { seed, transform = 'none', isShare = false, count = resamples }: IntervalOptions,
): Interval | null {
  const { numerators, denominators } = scores;
  const units = numerators.length;
  const [total, most] = [sumOf(numerators), sumOf(denominators)];
  if ((isShare || total > 0) && numerators.every((value, unit) => isFlip(value, denominators[unit] ?? 0)))
    return shareInterval(total, most);
  if (units < fewestUnits) return null;
  // Where every unit has all or nothing, resampling sees no spread at all; of shares the units are the trials then.
  const hasAll = numerators.every((value, unit) => value === denominators[unit]);
  if (hasAll || numerators.every((value) => value === 0))
    return isShare ? shareInterval(hasAll ? units : 0, units) : null;
  const { slope, ratio } = tangent(scores, transform);
  const deviations = numerators.map((value, unit) => slope * (value - ratio * (denominators[unit] ?? 0)));
  return studentized({ deviations, weights: denominators, point: shown(ratio, transform) }, seed, count);
}

/** Deviations of each unit from the measured point, which sum to zero, and what they are divided by. */
interface Sample {
  readonly deviations: Float64Array;
  readonly weights: Float64Array;
  readonly point: number;
}

function tangent({ numerators, denominators }: Scores, transform: Transform): { slope: number; ratio: number } {
  const ratio = sumOf(numerators) / sumOf(denominators);
  return { ratio, slope: transform === 'exp' ? Math.exp(ratio) : 1 };
}

function shown(ratio: number, transform: Transform): number {
  return transform === 'exp' ? Math.exp(ratio) : ratio;
}

function isFlip(numerator: number, denominator: number): boolean {
  return denominator === 1 && (numerator === 0 || numerator === 1);
}

/** With two pseudo-units, one that gains `gain` and one that loses it. */
function adjusted({ deviations, weights, point }: Sample, gain: number): Interval {
  const units = deviations.length + 2;
  const mean = sumOf(weights) / deviations.length;
  // They pull the point towards zero a little, as they should with few units.
  const centre = (point * deviations.length) / units;
  let squares = (gain - centre) ** 2 + (gain + centre) ** 2;
  for (const deviation of deviations) squares += (deviation / mean + point - centre) ** 2;
  const half = studentQuantile(1 - tail, units - 1) * Math.sqrt(squares / (units - 1) / units);
  return { low: Math.min(centre - half, point), high: Math.max(centre + half, point), method: 'adjusted' };
}

function studentized({ deviations, weights, point }: Sample, seed: number, count: number): Interval {
  const units = deviations.length;
  const error = standardError(deviations, sumOf(weights) / units);
  if (units < 2 || !(error > 0)) return { low: point, high: point, method: 'exact' };
  const ratios = new Float64Array(count);
  const next = random(seed);
  for (let resample = 0; resample < count; resample++) {
    let total = 0;
    let squares = 0;
    let weight = 0;
    let cross = 0;
    let weightSquares = 0;
    for (let draw = 0; draw < units; draw++) {
      const unit = below(next, units);
      const deviation = deviations[unit] ?? 0;
      const share = weights[unit] ?? 0;
      total += deviation;
      squares += deviation * deviation;
      weight += share;
      cross += deviation * share;
      weightSquares += share * share;
    }
    const shift = total / weight;
    // The squared deviations from the resample's own ratio, from its sums alone.
    const spread = Math.max(0, squares - 2 * shift * cross + shift * shift * weightSquares);
    const own = Math.sqrt(spread / (units - 1) / units) / (weight / units);
    ratios[resample] = own > 0 ? shift / own : shift === 0 ? 0 : Math.sign(shift) * Infinity;
  }
  ratios.sort();
  const reach = error * unseen(deviations);
  const at = (probability: number): number => {
    const quantile = ratios[Math.round(probability * (count - 1))] ?? 0;
    const limit = widest * studentQuantile(1 - tail, units - 1);
    return Math.min(limit, Math.max(-limit, quantile));
  };
  return { low: point - at(1 - tail) * reach, high: point - at(tail) * reach, method: 'bootstrap-t' };
}

/**
 * How much wider an interval is for what few units do not show. Where the rare and large ones are mostly missing, resampling
 * what is there covers 88 in 100. Found by simulation of eleven kinds of data: from 30 units on all come to 91 to 99.
 */
function unseen(deviations: Float64Array): number {
  let [largest, squares] = [0, 0];
  for (const deviation of deviations) {
    squares += deviation * deviation;
    largest = Math.max(largest, deviation * deviation);
  }
  return 1 + 4 / deviations.length + 0.5 * Math.max(0, largest / squares - 0.2);
}

/** A resample of nearly equal units has next to no error of its own; such quantiles say "wide", not how wide. */
const widest = 6;

function standardError(deviations: Float64Array, meanWeight: number): number {
  const units = deviations.length;
  let squares = 0;
  for (const deviation of deviations) squares += deviation * deviation;
  return Math.sqrt(squares / (units - 1) / units) / meanWeight;
}
