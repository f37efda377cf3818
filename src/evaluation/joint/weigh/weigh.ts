import { curveOf, type Curve, type OtherWay } from '../allocate/allocate.ts';
import { entropyOf } from '../round/entropy.ts';
import type { Pricing } from '../round/round.ts';
import type { Probe } from './sensitivity.ts';
import { even, type Spread } from '../layers/spread.ts';
import type { FoundTensor } from '../tensors.ts';
import type { MethodTrials } from './try-methods.ts';

/** A matrix with what is known of it before steps are chosen. */
export interface Weighed {
  readonly tensor: FoundTensor;
  readonly spread: Spread;
  /** The coarsest step of its trellis: where codes are shorter, a little more than a bit, a grid does better. */
  readonly turnsUpTo?: number | undefined;
  /** How rounding looks at what codes cost, if it does. */
  readonly pricing: Pricing | undefined;
  /** Whether its lines become codebooks that are learned. */
  readonly isLearned: boolean;
  readonly curve: Curve;
  /** What rounding it to half its root mean square does; absent where it never ran. */
  readonly damage: number | undefined;
  /** Every method of the catalog that takes it, where they were tried. */
  readonly others: readonly OtherWay[];
}

/** Numbers of a tensor that its bits are estimated from. */
const sampleCount = 32_768;
/** The relative step at which tensors are compared. */
const usual = 0.5;
/** The least and the greatest power of the step that damage may grow with beyond the last probe. */
const [leastPower, mostPower] = [1, 4];
/** Less damage than this share of what is usual for its size is not believed of a tensor. */
const leastShare = 1e-3;

type DamageAt = (step: number) => number;

/**
 * Makes curves of what was measured. A matrix that never ran is taken to be like the one whose name ends most alike; with
 * `bySizeOnly` damage is the relative error times the size: what is known without asking the model.
 */
export async function weigh(
  matrices: readonly FoundTensor[],
  probes: readonly Probe[],
  trials: readonly MethodTrials[],
  valuesOf: (tensor: FoundTensor) => Promise<Float32Array>,
  bySizeOnly: boolean,
): Promise<readonly Weighed[]> {
  const byName = new Map(probes.map((probe) => [probe.name, probe]));
  const trialsOf = new Map(trials.map((one) => [one.name, one]));
  const perWeight = matrices.map(({ name, count, scale }) => {
    const probe = bySizeOnly ? undefined : byName.get(name);
    return probe && damageOf(probe)(usual * scale) / count;
  });
  const known = perWeight.flatMap((value) => (value ? [value] : [])).sort((one, other) => one - other);
  const middle = known[known.length >> 1] ?? 1;
  const weighed: Weighed[] = [];
  for (const [place, tensor] of matrices.entries()) {
    const { name, count, scale } = tensor;
    const probe = bySizeOnly ? undefined : byName.get(name);
    const spread = probe?.spread ?? even;
    const like = bySizeOnly ? 1 : (perWeight[likest(name, matrices, perWeight) ?? -1] ?? middle);
    const usualAt =
      (share: number): DamageAt =>
      (step) =>
        share * count * (step / scale / usual) ** 2;
    const measured = probe ? damageOf(probe) : usualAt(like);
    const least = usualAt(bySizeOnly ? 0 : middle * leastShare);
    const entropyAt = entropyOf(await valuesOf(tensor), spread, sampleCount);
    const bitsAt = probe && spread.direction ? bitsOfTrellis(probe, entropyAt) : entropyAt;
    const turnsUpTo = spread.direction && probe ? trellisReach * (probe.points.at(-1)?.step ?? 0) : undefined;
    const damageAt: DamageAt = (step) => Math.max(measured(step), least(step));
    const others = othersOf(trialsOf.get(name), damageAt);
    const chosenFrom = others.filter(({ by }) => by.method !== 'grid');
    weighed.push({
      ...{ tensor, spread, turnsUpTo, others, pricing: probe?.pricing, isLearned: probe?.isLearned === true },
      curve: { ...curveOf(tensor, bitsAt, damageAt), others: chosenFrom },
      damage: perWeight[place] === undefined ? undefined : perWeight[place] * count,
    });
  }
  return weighed;
}

/** By how much the damage of a method is taken to be more than what a grid of the same error did. */
const doubt = 1.1;

/** What methods do to the outputs: what a grid does whose steps make the same error. */
function othersOf(trials: MethodTrials | undefined, damageAt: DamageAt): readonly OtherWay[] {
  const known = (trials?.grid ?? [])
    .map(({ step, error }) => ({ x: Math.log(Math.max(error, 1e-300)), y: Math.log(step) }))
    .sort((one, other) => one.x - other.x);
  const [first, last] = [known[0], known.at(-1)];
  if (!trials || !first || !last) return [];
  // Errors grow with the square of the step.
  const stepOf = (error: number): number => {
    const x = Math.log(Math.max(error, 1e-300));
    if (x <= first.x) return Math.exp(first.y + (x - first.x) / 2);
    if (x >= last.x) return Math.exp(last.y + (x - last.x) / 2);
    const after = known.findIndex((point) => point.x >= x);
    const [left = first, right = last] = [known[after - 1], known[after]];
    return Math.exp(left.y + ((right.y - left.y) * (x - left.x)) / Math.max(1e-12, right.x - left.x));
  };
  return trials.points.map(({ method, options, bits, error }) => ({
    ...{ by: { method, options }, bits },
    damage: error > 0 ? doubt * damageAt(stepOf(error)) : 0,
  }));
}

/** Steps coarser than the last that was tried by more than this have codes too short for a trellis. */
const trellisReach = 2;

/** What codes of a trellis take: as much as those of a grid whose steps are finer, by as much as where it was tried. */
function bitsOfTrellis({ points }: Probe, entropyAt: (step: number) => number): (step: number) => number {
  const { step: tried = 1, bits = 0 } = points.at(-1) ?? {};
  let [low, high] = [1 / 4, 1];
  for (let round = 0; round < 12; round++) {
    const middle = (low + high) / 2;
    if (entropyAt(tried * middle) > bits) low = middle;
    else high = middle;
  }
  return (step) => entropyAt(step * high);
}

/** Damage between and beyond the steps that were tried, as powers of the step. */
function damageOf({ points }: Probe): DamageAt {
  const logs = points.map(({ step, damage }) => ({ x: Math.log(step), y: Math.log(Math.max(damage, 1e-30)) }));
  return (step) => {
    const x = Math.log(step);
    const after = logs.findIndex((point) => point.x >= x);
    const [first, last] = [logs[0], logs.at(-1)];
    if (!first || !last) return 0;
    if (after === 0) return Math.exp(first.y + 2 * (x - first.x));
    const [left, right] = after < 0 ? [logs.at(-2), last] : [logs[after - 1], logs[after]];
    const power = left && right ? (right.y - left.y) / (right.x - left.x) : 2;
    if (after > 0 && left) return Math.exp(left.y + power * (x - left.x));
    return Math.exp(last.y + Math.min(mostPower, Math.max(leastPower, power)) * (x - last.x));
  };
}

/** The measured tensor whose name ends most like this one. */
function likest(
  name: string,
  tensors: readonly FoundTensor[],
  measured: readonly (number | undefined)[],
): number | undefined {
  let [best, longest]: [number | undefined, number] = [undefined, 5];
  for (const [place, other] of tensors.entries()) {
    if (measured[place] === undefined) continue;
    let length = 0;
    while (length < name.length && name.at(-1 - length) === other.name.at(-1 - length)) length++;
    if (length > longest) [best, longest] = [place, length];
  }
  return best;
}
