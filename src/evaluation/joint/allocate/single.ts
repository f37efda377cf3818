import { rename } from 'node:fs/promises';
import { stepOf, type MethodStep } from '../../../engine/pipeline/approximate/recipe.ts';
import { compress } from '../../../engine/pipeline/compress.ts';
import type { CompressReport } from '../../../engine/pipeline/job/events.ts';
import type { EngineContext } from '../../../engine/pipeline/job/requests.ts';
import { methodLadder } from '../../../engine/quantizers/catalog.ts';
import { floatWidth } from '../../../engine/tensor/floats.ts';
import type { FitRequest } from '../request.ts';
import type { Weighed } from '../weigh/weigh.ts';

/** What one method of the catalog, alone, is expected to make of all matrices of a model. */
export interface MethodTotal extends MethodStep {
  readonly bytes: number;
  /** In the unit of the damage. */
  readonly damage: number;
}

/** About what a weight takes that is kept as it was, of what it is stored in. */
const keptShare = 27 / 32;

/** What each method of the catalog would come to; a matrix that it does not take is kept. Nothing where none were tried. */
export function methodTotals(weighed: readonly Weighed[]): readonly MethodTotal[] {
  if (weighed.every(({ others }) => others.length === 0)) return [];
  return methodLadder.flatMap((choice) => {
    let [bits, damage, taken] = [0, 0, 0];
    const key = JSON.stringify(choice);
    for (const { tensor, others } of weighed) {
      const found = others.find(({ by }) => JSON.stringify(by) === key);
      bits += tensor.count * (found?.bits ?? 8 * floatWidth(tensor.dtype) * keptShare);
      damage += found?.damage ?? 0;
      if (found) taken++;
    }
    return taken > 0 ? [{ ...choice, bytes: bits / 8, damage }] : [];
  });
}

/** A method between two sets of its options; `share` 0 is the finer one, beyond 1 it is coarser than both. */
interface Between {
  readonly fine: MethodTotal;
  readonly coarse: MethodTotal;
  readonly share: number;
}

/** What a method can be at a size, and what it is expected to do. */
interface Ranked {
  readonly between: Between;
  readonly damage: number;
}

/**
 * Methods that come to about so many bytes or, where their options leave no choice, to fewer: that first which does least, as far as
 * what it does to each tensor tells.
 */
export function rankAt(totals: readonly MethodTotal[], bytes: number): readonly Between[] {
  const ranked: Ranked[] = [];
  for (const points of Map.groupBy(totals, ({ method }) => method).values()) {
    const sorted = points.toSorted((one, other) => other.bytes - one.bytes);
    const [best] = sorted
      .flatMap((_, place) => pointAt(sorted, place, bytes) ?? [])
      .toSorted((one, other) => one.damage - other.damage);
    if (best) ranked.push(best);
  }
  return ranked.toSorted((one, other) => one.damage - other.damage).map(({ between }) => between);
}

/** What options of a method come to that are small enough, or between those and the next ones, or beyond the last ones. */
function pointAt(sorted: readonly MethodTotal[], place: number, bytes: number): Ranked | undefined {
  const [fine, coarse] = sorted.slice(place);
  if (fine === undefined) return undefined;
  if (fine.bytes <= bytes) return { between: { fine, coarse: fine, share: 0 }, damage: fine.damage };
  if (coarse === undefined || coarse.bytes >= fine.bytes) return undefined;
  const between = { fine, coarse, share: (fine.bytes - bytes) / (fine.bytes - coarse.bytes) };
  const isBeyond = coarse.bytes > bytes;
  if (isBeyond ? place + 2 < sorted.length || !canGoOn(between) : !hasBetween(between)) return undefined;
  const [log, logCoarse] = [Math.log(fine.damage + 1e-30), Math.log(coarse.damage + 1e-30)];
  return { between, damage: Math.exp(log + between.share * (logCoarse - log)) };
}

/** Whether options there are neither of both: of bits, which are whole numbers, there are none between 3 and 4. */
function hasBetween(between: Between): boolean {
  const own = JSON.stringify(optionsAt(between));
  return [0, 1].every((share) => JSON.stringify(optionsAt({ ...between, share })) !== own);
}

/** Whether there are options as far beyond the coarsest that were tried. */
function canGoOn(between: Between): boolean {
  const beyond = optionsAt(between);
  return beyond !== undefined && JSON.stringify(beyond) !== JSON.stringify(optionsAt({ ...between, share: 1 }));
}

/** Options between two sets of them, numbers by their logarithms; nothing where the method does not take such. */
function optionsAt({ fine, coarse, share }: Between): MethodStep['options'] | undefined {
  const from = stepOf(fine, 'the catalog').options;
  const to = stepOf(coarse, 'the catalog').options;
  const mixed = Object.entries(from).map(([name, one]) => {
    const other = to[name];
    const isRange = typeof one === 'number' && typeof other === 'number' && one > 0 && other > 0 && one !== other;
    if (!isRange) return [name, share < 0.5 ? one : other];
    const value = one * (other / one) ** share;
    return [name, Number.isInteger(one) && Number.isInteger(other) ? Math.round(value) : value];
  });
  const options = Object.fromEntries(mixed) as MethodStep['options'];
  try {
    return stepOf({ method: fine.method, options }, 'the catalog').options;
  } catch {
    return undefined;
  }
}

/** A size is met when the archive is within this share of it, and kept when it is no more than that above it. */
const [tolerance, mostAbove] = [0.002, 0.01];
const mostRounds = 5;
/** Methods that are tried, since what one keeps by itself may leave it too large. */
const mostMethods = 3;

/** An archive by one method alone. */
export interface SingleArchive {
  readonly by: MethodStep;
  readonly report: CompressReport;
}

/**
 * Writes an archive of a model, which is none itself, by the one method that does least at about `bytes`, and of nearly that size or
 * the nearest below that its options allow, to `output`; a larger one where none comes that small.
 */
export async function writeSingle(
  totals: readonly MethodTotal[],
  bytes: number,
  output: string,
  request: FitRequest,
  context: EngineContext,
): Promise<SingleArchive | undefined> {
  let smallest: SingleArchive | undefined;
  for (const between of rankAt(totals, bytes).slice(0, mostMethods)) {
    const path = `${output}.${between.fine.method}`;
    const found = await writeBetween(between, bytes, path, request, context);
    if (!found || (smallest && found.report.bytesOut >= smallest.report.bytesOut)) continue;
    await rename(path, output);
    smallest = found;
    if (found.report.bytesOut <= bytes * (1 + mostAbove)) break;
  }
  return smallest;
}

/** Writes an archive by one method of nearly so many bytes to `output`. */
async function writeBetween(
  between: Between,
  bytes: number,
  output: string,
  { input, threads, memoryBytes }: FitRequest,
  context: EngineContext,
): Promise<SingleArchive | undefined> {
  const { fine, coarse } = between;
  const tried = new Map<string, Tried>();
  const trial = `${output}.trial`;
  let { share } = between;
  let best: SingleArchive | undefined;
  for (let round = 0; round < mostRounds; round++) {
    const options = optionsAt({ fine, coarse, share });
    const key = JSON.stringify(options);
    if (!options || tried.has(key)) break;
    const by = { method: fine.method, options };
    const asked = { input, output: trial, approximate: { default: by }, overwrite: true, preset: 'smallest' } as const;
    let report: CompressReport | undefined;
    for await (const event of compress({ ...asked, threads, memoryBytes }, context))
      if (event.type === 'finished') ({ report } = event);
    if (!report) break;
    const size = report.bytesOut;
    if (!best || Math.abs(size - bytes) < Math.abs(best.report.bytesOut - bytes)) {
      await rename(trial, output);
      best = { by, report };
    }
    if (Math.abs(size / bytes - 1) <= tolerance) break;
    const last = { bytes: size, share };
    share += nextMove([...tried.values()].at(-1), last, bytes, fine.bytes - coarse.bytes);
    tried.set(key, last);
  }
  return best;
}

interface Tried {
  readonly share: number;
  readonly bytes: number;
}

/** By how much the share is moved after what was tried: along the line through the last two, or as sizes were foretold. */
function nextMove(before: Tried | undefined, last: Tried, bytes: number, span: number): number {
  const slope =
    before && before.share !== last.share ? (last.bytes - before.bytes) / (last.share - before.share) : -span;
  return slope < 0 ? (bytes - last.bytes) / slope : 0;
}
