import { opsetVersion, type OnnxModel, type OnnxNode, type OnnxTensor } from '../../onnx/index.ts';
import type { Layer } from './layers.ts';
import type { Wiring } from './wiring.ts';

/** A BatchNormalization as what it does when a model is used: channel × factor + shift. */
export interface Normalization {
  readonly node: OnnxNode;
  readonly output: string;
  readonly factors: Float64Array;
  readonly shifts: Float64Array;
  readonly parameters: readonly OnnxTensor[];
}

/** Before this version it told in another way whether a model is being trained. */
const oldestVersion = 7;
const defaultEpsilon = 1e-5;

/**
 * The normalization that alone reads what a layer gives. With scale γ, bias β, mean μ and variance σ² of a channel the factor
 * is γ / √(σ² + ε), and the shift β − μ × factor. Source: Ioffe and Szegedy, Batch Normalization, algorithm 2.
 */
export async function normalizationBehind(
  { node: { outputs }, graph, outputs: channels }: Layer,
  model: OnnxModel,
  wiring: Wiring,
): Promise<Normalization | undefined> {
  const [from = ''] = outputs;
  const node = wiring.onlyReader(graph, from);
  if (node?.operator !== 'BatchNormalization' || node.domain !== '' || opsetVersion(model) < oldestVersion)
    return undefined;
  const { attributes, inputs } = node;
  const isTraining = (attributes.get('training_mode')?.int ?? 0) !== 0 || node.outputs.slice(1).some((each) => each);
  const isOfChannels = (attributes.get('spatial')?.int ?? 1) === 1;
  if (isTraining || !isOfChannels || inputs[0] !== from) return undefined;
  const lists = await Promise.all(inputs.slice(1, 5).map((name) => wiring.perChannel(graph, name, channels)));
  const [scale, bias, mean, variance] = lists;
  if (!scale || !bias || !mean || !variance) return undefined;
  const epsilon = attributes.get('epsilon')?.float ?? defaultEpsilon;
  const factors = Float64Array.from(
    scale.values,
    (each, channel) => each / Math.sqrt((variance.values[channel] ?? 0) + epsilon),
  );
  const shifts = factors.map((factor, channel) => (bias.values[channel] ?? 0) - (mean.values[channel] ?? 0) * factor);
  if (![...factors, ...shifts].every(Number.isFinite)) return undefined;
  const parameters = [scale, bias, mean, variance].map(({ tensor }) => tensor);
  return { node, output: node.outputs[0] ?? '', factors, shifts, parameters };
}
