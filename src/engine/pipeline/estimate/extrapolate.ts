import type { SampleUnit, Stratum } from './strata.ts';

/** A block that was coded for an estimate. */
export interface CodedUnit {
  readonly unit: SampleUnit;
  readonly bytesOut: number;
}

/**
 * From coded blocks to all: in each stratum the blocks that were coded count as they are, and the others are taken to shrink
 * in the same ratio. `deviation` is the standard error in bytes, from how far the ratios lie apart. Strata of which nothing was
 * coded take the ratio from `fallback`.
 */
export function extrapolate(
  strata: readonly Stratum[],
  coded: ReadonlyMap<SampleUnit, CodedUnit>,
  fallback: ReadonlyMap<SampleUnit, CodedUnit>,
): { readonly bytesOut: number; readonly deviation: number } {
  const parts = strata.map((stratum) => measure(stratum, coded) ?? measure(stratum, fallback) ?? unknown(stratum));
  const spreads = parts.flatMap(({ variance }) => (variance === undefined ? [] : [variance]));
  // One block alone says nothing of how far others lie from it.
  const usual = spreads.length === 0 ? 0.02 ** 2 : Math.max(...spreads);
  let [bytesOut, squares] = [0, 0];
  for (const { known, knownOut, count, bytes, variance = usual } of parts) {
    const ratio = known === 0 ? 1 : knownOut / known;
    const rest = bytes - known;
    bytesOut += knownOut + rest * ratio;
    squares += (rest * bytes * variance) / Math.max(1, count);
  }
  return { bytesOut, deviation: Math.sqrt(squares) };
}

interface Part {
  readonly bytes: number;
  /** Bytes that were coded, what they came to, and in how many blocks. */
  readonly known: number;
  readonly knownOut: number;
  readonly count: number;
  /** Of the ratios; unknown from one block. */
  readonly variance: number | undefined;
}

function unknown({ bytes }: Stratum): Part {
  return { bytes, known: 0, knownOut: 0, count: 0, variance: undefined };
}

function measure({ units, bytes }: Stratum, coded: ReadonlyMap<SampleUnit, CodedUnit>): Part | undefined {
  const found = units.flatMap((unit) => coded.get(unit) ?? []);
  if (found.length === 0) return undefined;
  let [known, knownOut] = [0, 0];
  for (const { unit, bytesOut } of found) {
    known += unit.length;
    knownOut += bytesOut;
  }
  const ratio = knownOut / known;
  const mean = known / found.length;
  // The variance of the ratio, each block weighed by its length.
  const squares = found.reduce((sum, { unit, bytesOut }) => sum + (bytesOut - ratio * unit.length) ** 2, 0);
  const variance = found.length > 1 ? squares / (found.length - 1) / mean ** 2 : undefined;
  return { bytes, known, knownOut, count: found.length, variance };
}
