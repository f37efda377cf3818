import { appendFile, open, readFile } from 'node:fs/promises';
import { FileSource } from '../../../engine/io/file-source.ts';
import type { ModelInputs } from '../../inference/inputs.ts';
import { BiasCopy } from './bias-copy.ts';
import { OutputJudge } from './output-judge.ts';
import { pricings, roundTensor, type JointTensor, type Manner, type Pricing } from '../round/round.ts';
import { byImportance, byNorms, even, hasOutputSteps, outputsOf, stepsFor, type Spread } from '../layers/spread.ts';
import { readTensor, writeEverywhere } from '../round/tensor-file.ts';
import { directionOf } from '../round/trellis.ts';

/** A tensor that is to be tried: how its rows' steps may relate, and which steps, relative to its root mean square. */
export interface ProbedTensor extends JointTensor {
  /** How much each of its stored rows matters, where that is known. */
  readonly importance?: Float64Array | undefined;
  /** Root mean square of its numbers. */
  readonly scale: number;
}

/** Which weights are to be tried one by one; plain data. */
export interface SensitivityRequest extends ModelInputs {
  /** The graph in the folder of copies. */
  readonly model: string;
  readonly output?: string | undefined;
  readonly tellsClasses: boolean;
  readonly copies: readonly string[];
  readonly folder: string;
  readonly tensors: readonly ProbedTensor[];
  /** Relative to the scale; the one that spreads are compared at comes first. */
  readonly steps: readonly number[];
  readonly feedback: boolean;
  /** Tensors that biases are found among, which make good what outputs lose on average; none without repair. */
  readonly biases: readonly JointTensor[];
  /** False: all rows alike. */
  readonly spreads: boolean;
  /** False: no rounding that looks at what codes cost is tried. */
  readonly rate: boolean;
  /** False: no codebooks are learned. */
  readonly codebooks: boolean;
  /** False: no rounding by a trellis is tried. */
  readonly trellis: boolean;
  /** A file to which each tensor's probe is written as soon as it is known, and from which known ones are taken. */
  readonly record: string;
}

/** What rounding one tensor does, alone. */
export interface Probe {
  readonly name: string;
  readonly spread: Spread;
  /** How rounding looks at what codes cost, where it does less, at equal bits, for that. */
  readonly pricing?: Pricing | undefined;
  /** Whether it does less, at equal bits, with codebooks that are learned. */
  readonly isLearned?: boolean;
  /** Damage is per row of the output. */
  readonly points: readonly { readonly step: number; readonly bits: number; readonly damage: number }[];
}

/** Bits by which steps of their own must be better than even ones. */
const worthwhile = 0.03;
/** Weights of a matrix from which on a codebook is worth its values, also where they are many. */
const leastLearned = 16_384;

/** Rounds one tensor at a time in the copy, asks the model, and puts the tensor back. */
export async function measureSensitivities(
  request: SensitivityRequest,
  onProgress: (done: number, total: number) => void,
): Promise<readonly Probe[]> {
  const { copies, tensors, folder, feedback, biases, record } = request;
  const known = await readProbes(record);
  const judge = tensors.every(({ name }) => known.has(name)) ? undefined : await OutputJudge.ask(request);
  const probes: Probe[] = [];
  for (const [number, tensor] of tensors.entries()) {
    const path = copies[tensor.file] ?? '';
    let probe = known.get(tensor.name);
    if (!probe && judge) {
      const before = await withFile(path, (source) => readTensor(source, tensor));
      await using opened = new AsyncDisposableStack();
      const targets = await Promise.all(
        copies.map(async (one) => opened.adopt(await open(one, 'r+'), (handle) => handle.close())),
      );
      await using bias = await BiasCopy.open(tensor, biases, copies);
      const measure: Measure = async (spread, relative, manner = {}) => {
        const step = Math.fround(relative * tensor.scale);
        const values = before.slice();
        const rounded = { ...tensor, ...manner, told: stepsFor(spread, step) };
        const { bits, lost } = await roundTensor(values, rounded, folder, { feedback });
        await writeEverywhere(targets, tensor, values);
        await bias?.repair(lost);
        return { step, bits, damage: await judge.damage() };
      };
      const asked = { ...request, codebooks: request.codebooks && tensor.count >= leastLearned };
      try {
        const spreads = spreadsOf(tensor, before, judge);
        probe = { name: tensor.name, ...(await probeTensor(tensor, asked, spreads, measure)) };
        await appendFile(record, `${JSON.stringify({ ...probe, steps: Array.from(probe.spread.steps) })}\n`);
      } finally {
        await writeEverywhere(targets, tensor, before);
        await bias?.repair(undefined);
      }
    }
    if (probe) probes.push(probe);
    onProgress(number + 1, tensors.length);
  }
  return probes;
}

type Measure = (spread: Spread, relative: number, manner?: Manner) => Promise<Probe['points'][number]>;

/** The spread, of a trellis or not, that does least at equal bits, and what all steps do with it. */
async function probeTensor(
  { layer, geometry }: ProbedTensor,
  { steps: [first = 1, ...others], spreads: isSpread, rate, codebooks, trellis }: SensitivityRequest,
  spreads: readonly Spread[],
  measure: Measure,
): Promise<Omit<Probe, 'name'>> {
  let [best, point, cost] = [even, await measure(even, first), Infinity];
  // A bit more makes a quarter of the damage.
  const costOf = ({ bits, damage }: typeof point): number => bits + Math.log2(Math.max(damage, 1e-30)) / 2;
  cost = costOf(point) - worthwhile;
  for (const spread of isSpread ? spreads : []) {
    const tried = await measure(spread, first);
    if (costOf(tried) < cost) [best, point, cost] = [spread, tried, costOf(tried)];
  }
  const fits = best.along === 'tensor' || (layer && best.along === outputsOf(layer));
  const direction = trellis && fits && layer ? directionOf(layer, geometry) : undefined;
  if (direction) {
    const tried = await measure({ ...best, direction }, first);
    if (costOf(tried) < costOf(point)) [best, point] = [{ ...best, direction }, tried];
  }
  const points = [point];
  for (const relative of others) points.push(await measure(best, relative));
  points.sort((one, other) => one.step - other.step);
  const coarsest = points.at(-1);
  let pricing: Pricing | undefined;
  // Prices matter where codes are short.
  if (rate && coarsest && others.length > 0) {
    cost = costOf(coarsest) - worthwhile;
    for (const tried of best.direction ? pricings.slice(0, 1) : pricings) {
      const priced = costOf(await measure(best, Math.max(...others), { pricing: tried }));
      if (priced < cost) [pricing, cost] = [tried, priced];
    }
  }
  const mayLearn = codebooks && best.along === 'tensor' && !best.direction;
  const isLearned = mayLearn && costOf(await measure(best, first, { isLearned: true })) < costOf(point);
  return { spread: best, pricing, isLearned, points };
}

function spreadsOf(
  { layer, importance }: ProbedTensor,
  values: Float32Array,
  { doubt }: OutputJudge,
): readonly Spread[] {
  const found: Spread[] = [];
  // Channels by themselves, and such as are normalized, have any scale.
  const isOpen = layer && hasOutputSteps(layer);
  if (isOpen && (layer.groups > 1 || layer.bias?.sign === -1)) found.push(byNorms(values, layer));
  if (importance) found.push(byImportance(importance, 'rows'));
  if (isOpen && layer.rows === doubt?.length) found.push(byImportance(doubt, outputsOf(layer)));
  return found;
}

/** What an earlier run found out, as far as it got; a line that was cut off counts as none. */
async function readProbes(path: string): Promise<ReadonlyMap<string, Probe>> {
  const text = await readFile(path, 'utf8').catch(() => '');
  const probes = text.split('\n').flatMap((line): (readonly [string, Probe])[] => {
    try {
      const { steps, ...probe } = JSON.parse(line) as Probe & { readonly steps: readonly number[] };
      return [[probe.name, { ...probe, spread: { ...probe.spread, steps: Float32Array.from(steps) } }]];
    } catch {
      return [];
    }
  });
  return new Map(probes);
}

async function withFile<Result>(path: string, use: (source: FileSource) => Promise<Result>): Promise<Result> {
  await using source = await FileSource.open(path);
  return await use(source);
}
