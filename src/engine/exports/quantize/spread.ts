import { pieces, type FloatTensor } from '../float-tensor.ts';
import { encodeSmallFloats, encodeWhole } from './encode.ts';
import { gridSample, isMultiple, type Range, type Round } from './grid.ts';
import { tellChannels, type Grouping } from './grouping.ts';
import { gridRange, middleOf, rangeOf, type Fitting } from './kernel.ts';
import { largestFloat8, type Work } from './work.ts';

/** Channels that lie all over a tensor: their ends first, then the errors of all ranges that are tried, then codes. */
export async function* spreadCodes(work: Work): AsyncGenerator<Uint8Array, void> {
  const { tensor, grouping, scales, zeros, fitting, code, loss, signal } = work;
  const channels = await readChannels(tensor, grouping, signal);
  if (code === undefined)
    scales.set(channels.map(({ least, greatest }) => Math.fround(Math.max(-least, greatest) / largestFloat8) || 1));
  else {
    const ranges = await bestRanges(tensor, grouping, channels, fitting, signal);
    scales.set(ranges.map(({ scale }) => scale));
    zeros.set(ranges.map(({ zero }) => zero));
  }
  for await (const { values, groups } of grouped(tensor, grouping, signal)) {
    const codes = new Uint8Array(values.length);
    const encoding = { values, codes, groups, scales, loss };
    if (code === undefined) encodeSmallFloats(encoding);
    else encodeWhole(encoding, zeros, code);
    yield codes;
  }
}

/** Whether every channel lies on a grid. */
export async function hasSpreadGrids(
  tensor: FloatTensor,
  grouping: Grouping,
  fitting: Fitting,
  signal: AbortSignal,
): Promise<boolean> {
  const grids = await gridsOf(tensor, grouping, await readChannels(tensor, grouping, signal), fitting, signal);
  return grids.every((grid) => grid !== undefined);
}

/** Pieces of the tensor with the channel of each element; `groups` is valid until the next is asked for. */
async function* grouped(tensor: FloatTensor, grouping: Grouping, signal: AbortSignal) {
  let room = new Uint32Array(0);
  for await (const { start, values } of pieces(tensor, signal)) {
    if (room.length < values.length) room = new Uint32Array(values.length);
    const groups = room.subarray(0, values.length);
    tellChannels(grouping, start, groups);
    yield { values, groups };
  }
}

/** What one reading tells of a channel. */
interface Channel {
  readonly least: number;
  readonly greatest: number;
  /** Its first values that are not zero. */
  readonly sample: Float32Array;
}

async function readChannels(tensor: FloatTensor, grouping: Grouping, signal: AbortSignal): Promise<readonly Channel[]> {
  const count = grouping.along;
  const [least, greatest] = [new Float32Array(count), new Float32Array(count)];
  const samples = new Float32Array(count * gridSample);
  const sampled = new Uint8Array(count);
  for await (const { values, groups } of grouped(tensor, grouping, signal)) {
    lookAt(values, groups, least, greatest);
    if (sampled.some((many) => many < gridSample)) takeSamples(values, groups, samples, sampled);
  }
  return Array.from(least, (low, group) => ({
    least: low,
    greatest: greatest[group] ?? 0,
    sample: samples.subarray(group * gridSample, group * gridSample + (sampled[group] ?? 0)),
  }));
}

function lookAt(values: Float32Array, groups: Uint32Array, least: Float32Array, greatest: Float32Array): void {
  for (let index = 0; index < values.length; index++) {
    const value = values[index] ?? 0;
    const group = groups[index] ?? 0;
    if (value < (least[group] ?? 0)) least[group] = value;
    else if (value > (greatest[group] ?? 0)) greatest[group] = value;
  }
}

function takeSamples(values: Float32Array, groups: Uint32Array, samples: Float32Array, sampled: Uint8Array): void {
  for (let index = 0; index < values.length; index++) {
    const value = values[index] ?? 0;
    const group = groups[index] ?? 0;
    const have = sampled[group] ?? 0;
    if (have >= gridSample || value === 0) continue;
    samples[group * gridSample + have] = value;
    sampled[group] = have + 1;
  }
}

/** The grids that channels lie on, each looked at with every value. */
async function gridsOf(
  tensor: FloatTensor,
  grouping: Grouping,
  channels: readonly Channel[],
  { form, roundScale, gridRound }: Fitting,
  signal: AbortSignal,
): Promise<readonly (Range | undefined)[]> {
  if (gridRound === undefined) return channels.map(() => undefined);
  const told = channels.map((channel) => gridRange(channel.sample, channel, form, roundScale, gridRound));
  const scales = Float32Array.from(told, (range) => range?.scale ?? 0);
  if (scales.every((scale) => scale === 0)) return told;
  for await (const { values, groups } of grouped(tensor, grouping, signal))
    leaveGrids(values, groups, scales, gridRound);
  return told.map((range, channel) => ((scales[channel] ?? 0) > 0 ? range : undefined));
}

/** Sets to 0 the scales of channels that have a value beside their grid. */
function leaveGrids(values: Float32Array, groups: Uint32Array, scales: Float32Array, gridRound: Round): void {
  for (let index = 0; index < values.length; index++) {
    const group = groups[index] ?? 0;
    const scale = scales[group] ?? 0;
    if (scale > 0 && !isMultiple(values[index] ?? 0, scale, gridRound)) scales[group] = 0;
  }
}

/** The grid of a channel, or of the ranges that the form tries the one with the smallest weighted error. */
async function bestRanges(
  tensor: FloatTensor,
  grouping: Grouping,
  channels: readonly Channel[],
  fitting: Fitting,
  signal: AbortSignal,
): Promise<readonly Range[]> {
  const { form, roundScale } = fitting;
  const grids = await gridsOf(tensor, grouping, channels, fitting, signal);
  const tried = form.shares.map((share) =>
    channels.map(({ least, greatest }) => {
      const range = rangeOf(least * share, greatest * share, form, roundScale);
      return range.scale > 0 ? range : { scale: 1, zero: middleOf(form) };
    }),
  );
  const trials = tried.map((ranges) => ({
    scales: Float32Array.from(ranges, ({ scale }) => scale),
    inverses: Float64Array.from(ranges, ({ scale }) => 1 / scale),
    zeros: Uint8Array.from(ranges, ({ zero }) => zero),
    errors: new Float64Array(channels.length),
  }));
  if (grids.some((grid) => grid === undefined))
    for await (const { values, groups } of grouped(tensor, grouping, signal))
      for (const trial of trials) addErrors(values, groups, trial, form.steps);
  return channels.map((_, channel) => {
    const errors = trials.map((trial) => trial.errors[channel] ?? 0);
    const best = tried[errors.indexOf(Math.min(...errors))]?.[channel];
    return grids[channel] ?? best ?? { scale: 1, zero: middleOf(form) };
  });
}

interface Trial {
  readonly scales: Float32Array;
  readonly inverses: Float64Array;
  readonly zeros: Uint8Array;
  readonly errors: Float64Array;
}

function addErrors(
  values: Float32Array,
  groups: Uint32Array,
  { scales, inverses, zeros, errors }: Trial,
  steps: number,
): void {
  for (let index = 0; index < values.length; index++) {
    const value = values[index] ?? 0;
    const group = groups[index] ?? 0;
    const zero = zeros[group] ?? 0;
    const near = Math.floor(value * (inverses[group] ?? 1) + 0.5);
    const code = Math.min(steps - zero, Math.max(-zero, near));
    const difference = (value - (scales[group] ?? 1) * code) * value;
    errors[group] = (errors[group] ?? 0) + difference * difference;
  }
}
