import { open } from 'node:fs/promises';
import { join } from 'node:path';
import type { Pruning, Rate } from '../../../engine/feedback/index.ts';
import { FileSource } from '../../../engine/io/file-source.ts';
import { Workspace } from '../../../engine/kernels/workspace.ts';
import type { MethodStep } from '../../../engine/pipeline/approximate/recipe.ts';
import type { Geometry, ToldBooks, ToldSteps } from '../../../engine/quantizers/quantizer.ts';
import { approximateWhole } from '../../../engine/quantizers/whole.ts';
import type { CalibratedLayer } from '../calibrate/calibrate.ts';
import { entropyOf } from './entropy.ts';
import { RoundedTensors } from './kept-tensors.ts';
import { codeOf, rateOf } from './prices.ts';
import { lostBy, roundLayer } from './round-layer.ts';
import { Sequence, type SequenceRequest } from './sequence.ts';
import { outputsOf, stepAt } from '../layers/spread.ts';
import { readTensor, storeAs, writeEverywhere } from './tensor-file.ts';
import { growthOf, nothingKnown, outputRuns, trellisCodes, trellisWeight } from './trellis.ts';

/** How numbers are stored that can be fitted. */
export const jointDTypes = ['F32', 'F16', 'BF16'] as const;
export type JointDType = (typeof jointDTypes)[number];

/** A tensor of floats of a model on disk. Plain data. */
export interface JointTensor {
  readonly name: string;
  /** Number of the file in the model, its path, and where the numbers begin. */
  readonly file: number;
  readonly offset: number;
  readonly count: number;
  readonly dtype: JointDType;
  /** As methods see it. */
  readonly geometry: Geometry;
  /** Absent: rounded without feedback. */
  readonly layer?: CalibratedLayer | undefined;
  /** Tensors with the very same numbers, which become what this one becomes, and are stored once. */
  readonly twins?: readonly JointTensor[] | undefined;
}

/** A tensor that is to be rounded, and how. Plain data. */
export type RoundedTensor = JointTensor & ({ readonly told: ToldSteps } | { readonly by: MethodStep }) & Manner;

/** With prices weights become smaller where inputs hardly tell; or they are grown before, so that they are as large as they were. */
export const pricings = ['shrunk', 'grown'] as const;
export type Pricing = (typeof pricings)[number];

/** How a tensor is rounded to its steps. */
export interface Manner {
  /** Whether rounding looks at what codes cost, where they are short, and what is done about weights that tend to 0 by that. */
  readonly pricing?: Pricing | undefined;
  /** Whether its lines become codebooks that are learned. */
  readonly isLearned?: boolean | undefined;
}

/** Bits per code below which rounding looks at what codes cost, or learns codebooks; about so many numbers tell. */
const shortBelow = 2.6;
const sampled = 32_768;
/** How often codes are priced: each time costs are those of other codes. */
const pricedRounds = 2;

/** Codebooks of a tensor. */
const mostBooks = 4;
/** About what a value of a codebook takes, whose fractions are short. */
const bookBits = 16;

export interface RoundOptions {
  readonly feedback: boolean;
  /** Of layers whose inputs are known. */
  readonly pruning?: Pruning | undefined;
}

/** What became of a tensor's numbers. */
export interface Rounded {
  /** Of a code. */
  readonly bits: number;
  /** What it is made of, where codebooks were learned. */
  readonly books?: ToldBooks | undefined;
  /** What each output gives less on average, where its inputs are known. */
  readonly lost?: Float64Array;
}

/**
 * Rounds weights to multiples of their steps, with the errors fed back where inputs are known. Of 16-bit floats what is stored are the
 * nearest ones to those multiples; feedback does not see by how little these differ, some thousandths of a step where codes are short.
 */
export async function roundTensor(
  values: Float32Array,
  {
    layer,
    geometry,
    dtype,
    told,
    pricing,
    isLearned = false,
  }: Pick<JointTensor, 'layer' | 'geometry' | 'dtype'> & Manner & { readonly told: ToldSteps },
  folder: string,
  { feedback, pruning }: RoundOptions,
): Promise<Rounded> {
  const { direction } = told;
  const step = stepAt(told, values.length);
  const known = layer && { layer, sums: join(folder, layer.sums), isMoved: layer.isMoved === true };
  const fits = layer !== undefined && (told.along === 'tensor' || told.along === outputsOf(layer));
  // A codebook is told for rows as they are stored; its values would not keep weights 0 that were made so.
  const ownBooks = layer && !layer.isTransposed && layer.columns % geometry.columns === 0 ? mostBooks : 1;
  const codebooks = isLearned && !pruning && entropyOf(values, told, sampled)(1) < shortBelow ? ownBooks : 0;
  const before = values.slice();
  if (direction && known) {
    const runs = outputRuns(direction, geometry);
    let [growth, codes] = [1, nothingKnown];
    for (let times = 0; times < (pricing ? pricedRounds : 0) + 2; times++) {
      if (times > 0) growth *= growthOf(before, values);
      values.set(before);
      const weight = pricing && codes.bits < shortBelow ? trellisWeight : 0;
      await roundLayer(values, { ...known, told, manner: {}, trellis: { runs, prices: codes.prices, weight, growth } });
      codes = trellisCodes(values, direction, geometry, step);
    }
    storeAs(dtype, values);
    return { bits: codes.bits, lost: await lostBy(before, values, known) };
  }
  const round = async (rate: Rate | undefined): Promise<ToldBooks | undefined> => {
    if (feedback && known && fits)
      return await roundLayer(values, { ...known, told, manner: { rate, pruning }, codebooks });
    for (let at = 0; at < values.length; at++) values[at] = codeOf(values[at] ?? 0, step(at), rate, at) * step(at);
  };
  let books = await round(undefined);
  if (pricing && entropyOf(values, told)(1) < shortBelow) {
    let growth = 1;
    for (let times = 0; times < pricedRounds; times++) {
      const rate = rateOf(values, geometry, step);
      if (pricing === 'grown') growth *= growthOf(before, values);
      values.set(before.map((value) => growth * value));
      books = await round(rate);
    }
  }
  const bits = entropyOf(values, told)(1) + (bookBits * (books?.books.length ?? 0)) / values.length;
  storeAs(dtype, values);
  return { bits, books, ...(known && { lost: await lostBy(before, values, known) }) };
}

/** Room for a piece of a tensor and what a method makes of it, in bytes. */
const methodBytes = 48 * 2 ** 20;

/** Makes of a tensor's numbers what a method of the catalog, or steps with errors fed back, give for them. */
async function changeTensor(
  values: Float32Array,
  tensor: RoundedTensor,
  folder: string,
  options: RoundOptions,
): Promise<Rounded> {
  if ('told' in tensor) return await roundTensor(values, tensor, folder, options);
  const { layer, geometry, dtype, by } = tensor;
  const before = values.slice();
  approximateWhole(values, geometry, by, new Workspace(methodBytes));
  storeAs(dtype, values);
  const known = layer && { layer, sums: join(folder, layer.sums), isMoved: layer.isMoved === true };
  return { bits: 0, ...(known && { lost: await lostBy(before, values, known) }) };
}

/** What is to be rounded into a copy of a model; plain data. */
export interface RoundRequest {
  /** Of the original, and of the copy that is written to. */
  readonly files: readonly string[];
  readonly copies: readonly string[];
  readonly folder: string;
  readonly tensors: readonly RoundedTensor[];
  readonly options: RoundOptions;
  /** Whether biases make good what outputs lose on average. */
  readonly repair: boolean;
  /** Present: each layer is rounded for the inputs that those before it give when they are rounded. */
  readonly sequence?: SequenceRequest | undefined;
  /** Where rounded tensors stay, so that a killed run is gone on with behind them; for one original and one folder. */
  readonly kept: string;
}

/** What a tensor was rounded to. */
export type RoundedTo = Pick<Rounded, 'bits' | 'books'>;

/** Writes rounded weights of the original into the copy; tells of each tensor what it was rounded to. */
export async function roundAll(
  { files, copies, folder, tensors, options, repair, sequence, kept: keptFolder }: RoundRequest,
  onProgress: (done: number, total: number) => void,
): Promise<readonly RoundedTo[]> {
  await using opened = new AsyncDisposableStack();
  const sources = await Promise.all(files.map(async (path) => opened.use(await FileSource.open(path))));
  const targets = await Promise.all(
    copies.map(async (path) => opened.adopt(await open(path, 'r+'), (handle) => handle.close())),
  );
  const kept = new RoundedTensors(keptFolder, { ...options, repair, inSequence: sequence !== undefined });
  const done = new Map<string, RoundedTo>();
  const write = async (tensor: RoundedTensor, from: string, more?: Float64Array): Promise<Float64Array | undefined> => {
    const source = sources[tensor.file];
    if (!source) return undefined;
    const values = await readTensor(source, tensor);
    more?.forEach((one, at) => (values[at] = (values[at] ?? 0) + one));
    const rounded = await kept.round(values, tensor, more, () => changeTensor(values, tensor, from, options));
    await writeEverywhere(targets, tensor, values);
    done.set(tensor.name, { bits: rounded.bits, books: rounded.books });
    onProgress(done.size, tensors.length);
    return rounded.lost;
  };
  const byName = new Map(tensors.map((tensor) => [tensor.name, tensor]));
  const biasOf = ({ layer }: RoundedTensor): RoundedTensor | undefined => {
    const bias = repair && layer?.bias ? byName.get(layer.bias.name) : undefined;
    return bias?.layer ? undefined : bias;
  };
  const layers = tensors.filter(({ layer }) => layer);
  const biases = new Set(layers.map(biasOf));
  const others = tensors.filter((tensor) => !tensor.layer && !biases.has(tensor));
  for (const tensor of others) await write(tensor, folder);
  if (sequence) kept.passed(others);
  const inSequence = sequence && opened.use(await Sequence.open(sequence));
  if (inSequence)
    for (const tensor of [...layers, ...biases]) {
      const source = sources[tensor?.file ?? -1];
      if (tensor && source) await writeEverywhere(targets, tensor, await readTensor(source, tensor));
    }
  for (const stage of inSequence?.stagesOf(layers) ?? [{ tensors: layers, isLookedAt: false }]) {
    const isNew = stage.isLookedAt && !(await kept.have(stage.tensors));
    const moved = isNew ? await inSequence?.look(stage.tensors) : undefined;
    for (const tensor of moved ?? stage.tensors) {
      const lost = await write(tensor, moved ? (inSequence?.folder ?? folder) : folder);
      const bias = biasOf(tensor);
      const sign = tensor.layer?.bias?.sign ?? 1;
      if (bias)
        await write(
          bias,
          folder,
          lost?.map((one) => sign * one),
        );
    }
    if (sequence) kept.passed(stage.tensors);
  }
  return tensors.map(({ name }) => done.get(name) ?? { bits: 0 });
}
