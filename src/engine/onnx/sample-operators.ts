import type { OnnxNode } from './graph.ts';

/** How many typical places of a layer are followed through a graph. */
export const sampleCount = 48;

/** The most channels that are followed, which bounds what a value takes. */
const mostChannels = 16_384;

/** What a value of a graph is like at some typical places: for each channel {@link sampleCount} numbers, channel by channel. */
export type Samples = Float32Array;

/** Numbers that are stored in the model. */
export interface Constant {
  readonly shape: readonly number[];
  readonly values: Float32Array;
}

export type SampleValue = { readonly samples: Samples } | { readonly constant: Constant } | undefined;

type Operator = (inputs: readonly SampleValue[], node: OnnxNode) => Samples | undefined;

/** Operators that treat every place by itself, or that typical places pass unchanged. Nothing comes of what they do not know. */
export const sampleOperators: ReadonlyMap<string, Operator> = new Map<string, Operator>([
  ['Add', each((one, other) => one + other)],
  ['Sub', each((one, other) => one - other)],
  ['Mul', each((one, other) => one * other)],
  ['Div', each((one, other) => one / other)],
  ['Relu', single((value) => Math.max(0, value))],
  ['LeakyRelu', single((value, node) => (value < 0 ? value * floatOf(node, 'alpha', 0.01) : value))],
  ['Sigmoid', single((value) => 1 / (1 + Math.exp(-value)))],
  ['Tanh', single((value) => Math.tanh(value))],
  ['HardSigmoid', single((value, node) => hardSigmoid(value, floatOf(node, 'alpha', 0.2), floatOf(node, 'beta', 0.5)))],
  ['HardSwish', single((value) => value * hardSigmoid(value, 1 / 6, 0.5))],
  ['Identity', single((value) => value)],
  ['Dropout', single((value) => value)],
  ['MaxPool', single((value) => value)],
  ['AveragePool', single((value) => value)],
  ['GlobalAveragePool', ([input]) => (input && 'samples' in input ? averaged(input.samples) : undefined)],
  ['Clip', clip],
  ['BatchNormalization', normalize],
  ['Concat', concatenate],
]);

/** The mean of each channel. */
export function channelMeans(samples: Samples): Float32Array {
  return Float32Array.from({ length: samples.length / sampleCount }, (_, channel) => {
    let sum = 0;
    for (let at = channel * sampleCount; at < (channel + 1) * sampleCount; at++) sum += samples[at] ?? 0;
    return sum / sampleCount;
  });
}

/**
 * A convolution: half of the places lie in a smooth surrounding, where all taps see the same; at the others, at an edge, the
 * second half of the taps sees what another place does.
 */
export function convolve(
  input: Samples,
  { shape, values }: Constant,
  bias: Constant | undefined,
  groups: number,
): Samples | undefined {
  const [outputs = 0, perGroup = 0] = shape;
  const taps = values.length / (outputs * perGroup);
  if (perGroup * groups * sampleCount !== input.length || outputs % groups !== 0 || outputs > mostChannels)
    return undefined;
  const result = new Float32Array(outputs * sampleCount);
  const sums = new Float64Array(sampleCount);
  const [firstOf, secondOf] = sidesOf(shape, taps);
  for (let output = 0; output < outputs; output++) {
    sums.fill(bias?.values[output] ?? 0);
    const firstInput = Math.floor(output / (outputs / groups)) * perGroup;
    for (let channel = 0; channel < perGroup; channel++) {
      const first = (output * perGroup + channel) * taps;
      const far = [0, 0];
      let all = 0;
      for (let tap = 0; tap < taps; tap++) {
        const weight = values[first + tap] ?? 0;
        all += weight;
        if (firstOf[tap]) far[0] = (far[0] ?? 0) + weight;
        if (secondOf[tap]) far[1] = (far[1] ?? 0) + weight;
      }
      const from = (firstInput + channel) * sampleCount;
      for (let place = 0; place < sampleCount; place++) {
        const own = input[from + place] ?? 0;
        let sum = all * own;
        if (taps > 1 && place % 2 === 1) {
          const other = input[from + ((place + 7) % sampleCount)] ?? 0;
          sum += (far[(place >> 1) % 2] ?? 0) * (other - own);
        }
        sums[place] = (sums[place] ?? 0) + sum;
      }
    }
    result.set(sums, output * sampleCount);
  }
  return result;
}

/** Which taps lie beyond an edge that runs along the rows of a kernel, and one along its columns. */
function sidesOf(shape: readonly number[], taps: number): readonly [Uint8Array, Uint8Array] {
  const width = shape.at(-1) ?? 1;
  const beyond = (place: number, extent: number): number => (place >= (extent + 1) >> 1 ? 1 : 0);
  return [
    Uint8Array.from({ length: taps }, (_, tap) => beyond(Math.floor(tap / width), taps / width)),
    Uint8Array.from({ length: taps }, (_, tap) => beyond(tap % width, width)),
  ];
}

function single(change: (value: number, node: OnnxNode) => number): Operator {
  return ([input], node) =>
    input && 'samples' in input ? input.samples.map((value) => change(value, node)) : undefined;
}

function each(join: (one: number, other: number) => number): Operator {
  return ([one, other]) => {
    const channels = channelsOf(one) ?? channelsOf(other);
    if (channels === undefined) return undefined;
    const [left, right] = [reader(one, channels), reader(other, channels)];
    if (left === undefined || right === undefined) return undefined;
    return Float32Array.from({ length: channels * sampleCount }, (_, at) => join(left(at), right(at)));
  };
}

function channelsOf(value: SampleValue): number | undefined {
  return value && 'samples' in value ? value.samples.length / sampleCount : undefined;
}

/** Reads a value as if it had all places of so many channels; `undefined` where it is not known, or of another shape. */
function reader(value: SampleValue, channels: number): ((at: number) => number) | undefined {
  if (value === undefined) return undefined;
  if ('samples' in value) {
    const { samples } = value;
    return samples.length === channels * sampleCount ? (at) => samples[at] ?? 0 : undefined;
  }
  const { values, shape } = value.constant;
  if (values.length === 1) return () => values[0] ?? 0;
  if (values.length !== channels || shape.at(-3) !== channels) return undefined;
  return (at) => values[Math.floor(at / sampleCount)] ?? 0;
}

function averaged(samples: Samples): Samples {
  const means = channelMeans(samples);
  return samples.map((_, at) => means[Math.floor(at / sampleCount)] ?? 0);
}

function clip([input, least, most]: readonly SampleValue[], node: OnnxNode): Samples | undefined {
  if (!input || !('samples' in input)) return undefined;
  const low = least && 'constant' in least ? least.constant.values[0] : floatOf(node, 'min', -Infinity);
  const high = most && 'constant' in most ? most.constant.values[0] : floatOf(node, 'max', Infinity);
  return input.samples.map((value) => Math.min(Math.max(value, low ?? -Infinity), high ?? Infinity));
}

function normalize([input, ...rest]: readonly SampleValue[], node: OnnxNode): Samples | undefined {
  const [scale, bias, mean, variance] = rest.map((value) =>
    value && 'constant' in value ? value.constant.values : [],
  );
  if (!input || !('samples' in input) || !scale || !bias || !mean || !variance) return undefined;
  const epsilon = floatOf(node, 'epsilon', 1e-5);
  return input.samples.map((value, at) => {
    const channel = Math.floor(at / sampleCount);
    const spread = Math.sqrt((variance[channel] ?? 0) + epsilon);
    return ((value - (mean[channel] ?? 0)) / spread) * (scale[channel] ?? 0) + (bias[channel] ?? 0);
  });
}

function concatenate(inputs: readonly SampleValue[], node: OnnxNode): Samples | undefined {
  const all = inputs.map((input) => (input && 'samples' in input ? input.samples : undefined));
  if (node.attributes.get('axis')?.int !== 1 || all.includes(undefined)) return undefined;
  const length = all.reduce((sum, samples) => sum + (samples?.length ?? 0), 0);
  if (length > mostChannels * sampleCount) return undefined;
  const result = new Float32Array(length);
  let at = 0;
  for (const samples of all) {
    result.set(samples ?? [], at);
    at += samples?.length ?? 0;
  }
  return result;
}

function hardSigmoid(value: number, alpha: number, beta: number): number {
  return Math.max(0, Math.min(1, alpha * value + beta));
}

function floatOf(node: OnnxNode, name: string, otherwise: number): number {
  return node.attributes.get(name)?.float ?? otherwise;
}
