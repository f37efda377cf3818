import type { OnnxGraph } from '../../onnx/index.ts';
import { pieces } from '../float-tensor.ts';
import { outputOf, type Folding } from './folding.ts';
import { placeAlong, type Layer } from './layers.ts';
import type { Wiring } from './wiring.ts';

/** What is k times larger after these when it was k times larger before, for k above 0, channel by channel. */
const homogeneous = new Set([
  ...['Relu', 'LeakyRelu', 'Identity', 'Dropout'],
  ...['MaxPool', 'AveragePool', 'GlobalMaxPool', 'GlobalAveragePool'],
]);
/** Pairs of channels of a layer whose largest weights are remembered, at most. */
const mostPairs = 2 ** 22;
/** Sweeps over all pairs of layers; each evens a chain out by one more layer. */
const mostSweeps = 16;
/** What one sweep multiplies a channel with, at most, as a power of two. */
const mostPower = 10;

/** Two layers of which the second alone reads what the first gives. */
interface Pair {
  readonly first: Folding;
  readonly second: Folding;
}

/**
 * Evens out the ranges of channels between neighbouring layers: channel c of the first layer is divided, and what reads it in
 * the second multiplied, by s = √(r₁ / r₂) of their largest weights. Source: Nagel et al., Data-Free Quantization through
 * Weight Equalization and Bias Correction, equation 11. Here s is rounded to a power of two, so that no number is rounded
 * and the model computes the same bits. Changes the factors and biases of the foldings; returns how many pairs were found.
 */
export async function equalize(foldings: readonly Folding[], wiring: Wiring, signal: AbortSignal): Promise<number> {
  const pairs = pairsOf(foldings, wiring);
  const largest = new Map<Folding, Float32Array>();
  for (const folding of new Set(pairs.flatMap(({ first, second }) => [first, second])))
    largest.set(folding, await largestWeights(folding.layer, signal));
  for (let sweep = 0; sweep < mostSweeps; sweep++) {
    const changes = pairs.map(({ first, second }) =>
      evenOut(
        first,
        second,
        ranges(first, largest.get(first), 'outputs'),
        ranges(second, largest.get(second), 'inputs'),
      ),
    );
    if (!changes.includes(true)) break;
  }
  return pairs.length;
}

/** Scales the channels between two layers; whether any was changed. */
function evenOut(first: Folding, second: Folding, before: Float64Array, behind: Float64Array): boolean {
  const factors = before.map((range, channel) => powerOfTwo(Math.sqrt(range / (behind[channel] ?? 0))));
  for (const [channel, factor] of factors.entries()) {
    first.outputFactors[channel] = (first.outputFactors[channel] ?? 1) / factor;
    if (first.bias) first.bias[channel] = (first.bias[channel] ?? 0) / factor;
    if (second.inputFactors) second.inputFactors[channel] = (second.inputFactors[channel] ?? 1) * factor;
  }
  return factors.some((factor) => factor !== 1);
}

/** The nearest power of two; 1 where a channel has no weights. */
function powerOfTwo(ratio: number): number {
  if (!(ratio > 0 && ratio < Infinity)) return 1;
  return 2 ** Math.max(-mostPower, Math.min(mostPower, Math.round(Math.log2(ratio))));
}

function pairsOf(foldings: readonly Folding[], wiring: Wiring): readonly Pair[] {
  const known = new Map(
    foldings.filter(({ layer }) => pairsOfChannels(layer) <= mostPairs).map((folding) => [folding.layer.node, folding]),
  );
  return [...known.values()].flatMap((first) => {
    const second = known.get(readerBehind(first.layer.graph, outputOf(first), wiring) as Layer['node']);
    const isPair = second?.inputFactors?.length === first.outputFactors.length;
    return second !== undefined && isPair ? [{ first, second }] : [];
  });
}

/** The node that reads a value, perhaps through others that pass its channels on. */
function readerBehind(graph: OnnxGraph, value: string, wiring: Wiring): Layer['node'] | undefined {
  const node = wiring.onlyReader(graph, value);
  if (node === undefined || node.domain !== '' || node.inputs[0] !== value) return undefined;
  const isPassed = homogeneous.has(node.operator) && node.outputs.slice(1).every((name) => wiring.reads(name) === 0);
  return isPassed ? readerBehind(graph, node.outputs[0] ?? '', wiring) : node;
}

function pairsOfChannels({ tensor: { shape }, outputs, outputAxis, inputAxis }: Layer): number {
  return outputs * (inputAxis === undefined || inputAxis === outputAxis ? 1 : (shape[inputAxis] ?? 1));
}

/** The largest magnitude for each output and input of a layer, outputs first. */
async function largestWeights(layer: Layer, signal: AbortSignal): Promise<Float32Array> {
  const { weights, outputAxis, inputAxis, outputs } = layer;
  const all = new Float32Array(pairsOfChannels(layer));
  const inputs = all.length / outputs;
  const outputAt = placeAlong(weights.shape, outputAxis);
  const inputAt = inputs > 1 ? placeAlong(weights.shape, inputAxis ?? 0) : () => 0;
  for await (const { start, values } of pieces(weights, signal))
    values.forEach((value, place) => {
      const at = outputAt(start + place) * inputs + inputAt(start + place);
      all[at] = Math.max(all[at] ?? 0, Math.abs(value));
    });
  return all;
}

/** The largest magnitude of each channel with the factors as they are. */
function ranges(
  { layer: { outputs, outputAxis, inputAxis }, outputFactors, inputFactors }: Folding,
  largest: Float32Array = new Float32Array(),
  side: 'outputs' | 'inputs',
): Float64Array {
  const inputs = largest.length / outputs;
  const isShared = inputAxis === outputAxis;
  const result = new Float64Array(side === 'outputs' || isShared ? outputs : inputs);
  largest.forEach((value, at) => {
    const output = Math.floor(at / inputs);
    const input = isShared ? output : at % inputs;
    const range = value * Math.abs(outputFactors[output] ?? 1) * Math.abs(inputFactors?.[input] ?? 1);
    const channel = side === 'outputs' ? output : input;
    result[channel] = Math.max(result[channel] ?? 0, range);
  });
  return result;
}
