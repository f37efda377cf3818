import type { WeightUse, WeightUses } from '../../onnx/index.ts';
import { inBlocks, perChannel } from '../quantize/grouping.ts';
import { largestSlab } from '../quantize/local.ts';
import type { CodeType } from '../quantize/quantize.ts';
import { bfloatEnd, type TensorStatistics } from '../statistics.ts';
import { keptByArchive, type Stored } from '../stored.ts';
import type { ExactForms } from './exact.ts';
import { bytesIn, type Choice, type Form } from './form.ts';

/** The kinds of ONNX files that are written. */
export type OnnxKind = 'int8' | 'int4' | 'fp8' | 'fp16' | 'bf16';

/** A tensor that is a candidate for another form. */
export interface Candidate {
  readonly weight: WeightUses;
  readonly count: number;
  /** Bytes of an element in the original. */
  readonly width: number;
  readonly statistics: TensorStatistics;
  /** What the archive that the model comes from made of it, where it comes from one. */
  readonly stored: Stored | undefined;
  readonly exact: ExactForms;
}

/** With fewer elements the new nodes cost more than is saved. */
const leastElements = 512;
/** Below this a tensor of two values is no table worth the trouble. */
const leastSwitchElements = 4096;
const multiplied = new Set(['convolution', 'depthwise', 'matrix', 'embedding', 'recurrent-input', 'recurrent-state']);
/** Names of what is computed rather than learned: spectra, filter banks, windows, positions. */
const tables =
  /(^|[._/])(forward_basis|inverse_basis|basis|stft|dft|mel|fbank|filterbank|window|hann|hamming|inv_freq|rotary|rope|cos|sin|mask)([._/]|_buffer|_basis|\d|$)/i;
/** A larger error of half precision comes from values too small for it. */
const largestHalfError = 2 ** -9;
/** What the nodes that make a tensor take, with their names. */
const nodeBytes = 400;
/** What four-bit files may come to, of the bytes of single precision, before tensors that are kept finer give way. */
const fourBitShare = 0.168;
/** Of a model of at least so many four-bit weights every tensor becomes what its archive holds, whatever that comes to. */
const mostlyFourBit = 0.5;

/** Chooses the form of every candidate. `otherBytes` are those of the file that no candidate has. */
export function chooseForms(kind: OnnxKind, candidates: readonly Candidate[], otherBytes: number): readonly Choice[] {
  if (kind === 'int8') return candidates.map((candidate) => eightBit('I8', candidate));
  if (kind === 'fp8') return candidates.map((candidate) => eightBit('F8_E4M3', candidate));
  if (kind === 'fp16') return candidates.map(half);
  if (kind === 'bf16') return candidates.map(brainFloat);
  if (isFourBitArchive(candidates))
    return candidates.map((candidate) => exactFour(candidate) ?? eightBit('I8', candidate));
  const whole = otherBytes + candidates.reduce((sum, { count, width }) => sum + count * width, 0);
  const tries = fourBitTries.map(({ block, finer }) => candidates.map((candidate) => fourBit(candidate, block, finer)));
  // Where much is kept as it is, no choice brings the file so far; then nothing is gained by coarser ones.
  const fits = (choices: readonly Choice[]): boolean =>
    otherBytes + sizeOf(candidates, choices) <= fourBitShare * whole;
  const found = tries.find(fits);
  return found === undefined ? (tries[0] ?? []) : refined(candidates, found, fits);
}

function isFourBitArchive(candidates: readonly Candidate[]): boolean {
  const countOf = (some: readonly Candidate[]): number => some.reduce((sum, { count }) => sum + count, 0);
  return countOf(candidates.filter(({ exact }) => exact.four)) >= mostlyFourBit * countOf(candidates);
}

function exactFour({ exact }: Candidate): Choice | undefined {
  return exact.four && { form: exact.four };
}

/** Gives the smallest tensors eight bits while the file stays small enough: an error there costs more than in a large one. */
function refined(
  candidates: readonly Candidate[],
  choices: readonly Choice[],
  fits: (choices: readonly Choice[]) => boolean,
): readonly Choice[] {
  let best = choices;
  const small = candidates
    .map(({ count }, index) => ({ count, index }))
    .filter(({ index }) => isFourBit(choices[index]))
    .sort((one, other) => one.count - other.count);
  for (const { index } of small) {
    const candidate = candidates[index];
    if (candidate === undefined) continue;
    const finer = { ...eightBit('I8', candidate), why: 'eight bits: it is small, and there is room' };
    const next = best.with(index, finer);
    if (!fits(next)) break;
    best = next;
  }
  return best;
}

function isFourBit(choice: Choice | undefined): boolean {
  return choice?.form.kind === 'codes' && choice.form.type === 'U4' && !choice.form.isExact;
}

/** From the finest to the smallest. */
const fourBitTries: readonly { readonly block: number; readonly finer: readonly ('ends' | 'embedding')[] }[] = [
  { block: 32, finer: ['ends', 'embedding'] },
  { block: 32, finer: ['ends'] },
  { block: 32, finer: [] },
  { block: 64, finer: [] },
  { block: 128, finer: [] },
];

/** Bytes of the candidates in these forms. */
export function sizeOf(candidates: readonly Candidate[], choices: readonly Choice[]): number {
  return candidates.reduce((sum, { count, width }, index) => {
    const form = choices[index]?.form ?? { kind: 'kept' };
    return sum + bytesIn(form, count, width) + (form.kind === 'kept' ? 0 : nodeBytes);
  }, 0);
}

const kept = (why: string): Choice => ({ form: { kind: 'kept' }, why });

/** What holds for every kind: why a tensor is kept as it is, or the exact form of a mask. */
function common({ weight, count, statistics, width, stored }: Candidate): Choice | undefined {
  const { notFinite, constant, largest } = statistics;
  if (notFinite > 0) return kept(`${notFinite} of its values are infinite or no numbers`);
  // A Conv or MatMul of such values is a sum or a difference; what it is worth depends on the values being exact.
  if (constant !== undefined && count >= leastSwitchElements && width >= 4 && largest > 0)
    return { form: { kind: 'switch', value: constant }, why: 'its values are zero and one other, which stay exact' };
  if (stored === 'exact') return kept(keptByArchive);
  return tables.test(weight.tensor.name)
    ? kept('by its name it is a computed table or a mask, not learned')
    : undefined;
}

function half(candidate: Candidate): Choice {
  const { count, statistics } = candidate;
  const { overflows, halfError, notFinite, constant } = statistics;
  if (notFinite > 0 || (overflows > 0 && constant !== undefined)) {
    const choice = common(candidate);
    if (choice?.form.kind === 'switch')
      return {
        ...choice,
        why: `${constant ?? ''} is beyond ±65504, which half precision ends at; it and zero stay exact`,
      };
    if (choice !== undefined) return choice;
  }
  if (overflows > 0) return kept(`${overflows} of its values are beyond ±65504, which half precision ends at`);
  if (halfError > largestHalfError) return kept('many of its values are too small for half precision');
  return count < 64 ? kept('it is too small to gain') : { form: { kind: 'half', type: 'F16' } };
}

function brainFloat(candidate: Candidate): Choice {
  const { count, width, statistics } = candidate;
  const { notFinite, largest } = statistics;
  const shared = common(candidate);
  if (shared?.form.kind === 'switch') return shared;
  if (notFinite > 0 || largest >= bfloatEnd) return shared ?? kept('it has values beyond ±3.39e38, which BF16 ends at');
  if (width <= 2) return kept('it has no more bits');
  return count < 64 ? kept('it is too small to gain') : { form: { kind: 'half', type: 'BF16' } };
}

function eightBit(type: CodeType, candidate: Candidate): Choice {
  const { weight, count } = candidate;
  const shared = common(candidate);
  if (shared !== undefined) return shared;
  const { exact } = candidate;
  if (type === 'I8' && exact.eight !== undefined) return { form: exact.eight };
  const use = mainUse(weight);
  if (use === undefined) return kept('it is no weight of a convolution, matrix, embedding or recurrent layer');
  if (count < leastElements) return kept('it is too small to gain');
  return { form: channels(type, weight.tensor.shape, use) };
}

function channels(type: CodeType, shape: readonly number[], { channelAxis = 0 }: WeightUse): Form {
  return {
    kind: 'codes',
    type,
    axis: channelAxis,
    grouping: perChannel(shape, channelAxis),
    shape,
    isFlattened: false,
    scaleType: 'F32',
    hasZeros: false,
    isExact: false,
  };
}

function fourBit(candidate: Candidate, block: number, finer: readonly ('ends' | 'embedding')[]): Choice {
  const shared = exactFour(candidate);
  if (shared !== undefined) return shared;
  const choice = eightBit('I8', candidate);
  const { weight } = candidate;
  const use = mainUse(weight);
  if (choice.form.kind !== 'codes' || use === undefined) return choice;
  const eight = (why: string): Choice => ({ ...choice, why: `eight bits: ${why}` });
  const { shape } = weight.tensor;
  if (use.role === 'depthwise') return eight('each channel has few weights of its own');
  if (use.role === 'recurrent-state') return eight('its errors add up over time');
  if (use.role === 'embedding' && finer.includes('embedding')) return eight('it is an embedding');
  if (finer.includes('ends') && (weight.position === 'first' || weight.position === 'last'))
    return eight(`it is the ${weight.position} layer`);
  // Scales of tiny weights would lose their precision.
  const scaleType = candidate.statistics.largest < 2 ** -9 ? 'F32' : 'F16';
  const outputs = shape[0] ?? 1;
  const isFlattened = use.role === 'convolution' && shape.length > 2;
  const [matrix, axis] = isFlattened
    ? [[outputs, candidate.count / outputs], 1]
    : [shape, use.sumAxes[0] ?? shape.length - 1];
  if ((matrix[axis] ?? 0) < block) return eight('each channel has few weights of its own');
  const grouping = inBlocks(matrix, axis, block);
  if (block * grouping.after > largestSlab) return eight('its rows are too long for blocks');
  const coding = { type: 'U4', grouping, scaleType, hasZeros: true, isExact: false } as const;
  return { form: { kind: 'codes', ...coding, axis, shape: matrix, isFlattened } };
}

/** The use that decides on the channels: the first that multiplies. Everything else that reads the tensor gets the same values. */
function mainUse({ uses }: WeightUses): WeightUse | undefined {
  return uses.find(({ role, channelAxis }) => multiplied.has(role) && channelAxis !== undefined);
}
