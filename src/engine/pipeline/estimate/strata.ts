import type { PlacedRun } from '../cut/blueprint.ts';

/** A block that a sample can hold: what {@link EncodePass} would code as one. */
export interface SampleUnit {
  readonly run: PlacedRun;
  /** First byte in the run. */
  readonly start: number;
  readonly length: number;
}

/** Blocks that are expected to shrink alike. */
export interface Stratum {
  readonly units: readonly SampleUnit[];
  readonly bytes: number;
}

/** Runs with at least this share of all bytes are looked at for themselves. */
const largeShare = 1 / 24;

/**
 * Divides all blocks that will be stored into strata: by what their elements are, by how far their bytes repeat where `textures`
 * tells, by whether they fill blocks, and each very large tensor for itself. Units are in the order of the files.
 */
export function stratify(
  files: readonly (readonly PlacedRun[])[],
  blockBytes: number,
  textures: ReadonlyMap<PlacedRun, number> = new Map(),
): readonly Stratum[] {
  const stored = files.flat().filter(({ isReference }) => !isReference);
  const total = stored.reduce((sum, { length }) => sum + length, 0);
  const strata = new Map<string, SampleUnit[]>();
  stored.forEach((run, number) => {
    const { dtype = '', width } = run.stream;
    const isLarge = run.length >= largeShare * total && run.length > blockBytes;
    const key = isLarge ? `run ${number}` : `${dtype} ${width} ${run.length > blockBytes} ${textures.get(run)}`;
    let units = strata.get(key);
    if (!units) strata.set(key, (units = []));
    for (let start = 0; start < run.length; start += blockBytes)
      units.push({ run, start, length: Math.min(blockBytes, run.length - start) });
  });
  return [...strata.values()].map((units) => ({ units, bytes: units.reduce((sum, { length }) => sum + length, 0) }));
}

const goldenRatio = 0.618033988749895;

/** All units of a stratum in an order whose every beginning is spread evenly over its bytes. Deterministic. */
export function* spread({ units, bytes }: Stratum): Generator<SampleUnit> {
  const ends = new Float64Array(units.length);
  let end = 0;
  units.forEach(({ length }, place) => (ends[place] = end += length));
  const seen = new Uint8Array(units.length);
  let left = units.length;
  for (let turn = 0; left > 0; turn++) {
    // Most places were seen: the rest in their order, rather than by chance.
    if (turn > 4 * units.length) break;
    const place = placeOf(ends, ((0.5 + turn * goldenRatio) % 1) * bytes);
    const unit = units[place];
    if (seen[place] === 1 || !unit) continue;
    seen[place] = 1;
    left--;
    yield unit;
  }
  for (const [place, unit] of units.entries()) if (seen[place] === 0) yield unit;
}

function placeOf(ends: Float64Array, position: number): number {
  let [low, high] = [0, ends.length - 1];
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((ends[middle] ?? 0) > position) high = middle;
    else low = middle + 1;
  }
  return low;
}
