import { rename } from 'node:fs/promises';
import { stepOf, type MethodStep } from '../../../engine/pipeline/approximate/recipe.ts';
import { compress } from '../../../engine/pipeline/compress.ts';
import type { CompressReport } from '../../../engine/pipeline/job/events.ts';
import type { EngineContext } from '../../../engine/pipeline/job/requests.ts';
import { methodLadder } from '../../../engine/quantizers/catalog.ts';
import type { FitRequest } from '../request.ts';
import type { Weighed } from '../weigh/weigh.ts';

/** What one method of the catalog, alone, is expected to make of all matrices of a model. */
export interface MethodTotal extends MethodStep {
  readonly bytes: number;
  /** In the unit of the damage. */
  readonly damage: number;
}

/** About what a weight takes that is kept as it was, in bits. */
const keptBits = 27;

/** What each method of the catalog would come to; a matrix that it does not take is kept. Nothing where none were tried. */
export function methodTotals(weighed: readonly Weighed[]): readonly MethodTotal[] {
  if (weighed.every(({ others }) => others.length === 0)) return [];
  return methodLadder.flatMap((choice) => {
    let [bits, damage, taken] = [0, 0, 0];
    const key = JSON.stringify(choice);
    for (const { tensor, others } of weighed) {
      const found = others.find(({ by }) => JSON.stringify(by) === key);
      bits += tensor.count * (found?.bits ?? keptBits);
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

/** The method that does least at about so many bytes, as far as what it does to each tensor tells. */
export function bestAt(totals: readonly MethodTotal[], bytes: number): Between | undefined {
  let [best, least]: [Between | undefined, number] = [undefined, Infinity];
  for (const points of Map.groupBy(totals, ({ method }) => method).values()) {
    const sorted = points.toSorted((one, other) => other.bytes - one.bytes);
    sorted.forEach((fine, place) => {
      const coarse = sorted[place + 1] ?? fine;
      const isLast = place + 2 >= sorted.length;
      const share = fine.bytes > coarse.bytes ? (fine.bytes - bytes) / (fine.bytes - coarse.bytes) : 0;
      const isInside = fine.bytes >= bytes && (coarse.bytes <= bytes || (isLast && canGoOn({ fine, coarse, share })));
      if (!isInside) return;
      const damage = Math.exp(
        Math.log(fine.damage + 1e-30) + share * Math.log((coarse.damage + 1e-30) / (fine.damage + 1e-30)),
      );
      if (damage < least) [best, least] = [{ fine, coarse, share }, damage];
    });
  }
  return best;
}

/** Whether there are options as far beyond the coarsest that were tried. */
function canGoOn(between: Between): boolean {
  if (between.coarse.bytes >= between.fine.bytes) return false;
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

/** A size is met when the archive is within this share of it. */
const tolerance = 0.002;
const mostRounds = 5;

/** An archive by one method alone. */
export interface SingleArchive {
  readonly by: MethodStep;
  readonly report: CompressReport;
}

/**
 * Writes an archive of a model, which is none itself, by the one method that does least at about `bytes`, and of nearly that size, to
 * `output`.
 */
export async function writeSingle(
  totals: readonly MethodTotal[],
  bytes: number,
  output: string,
  { input, threads, memoryBytes }: FitRequest,
  context: EngineContext,
): Promise<SingleArchive | undefined> {
  const found = bestAt(totals, bytes);
  if (!found) return undefined;
  const { fine, coarse } = found;
  const tried = new Map<string, Tried>();
  const trial = `${output}.trial`;
  let { share } = found;
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
