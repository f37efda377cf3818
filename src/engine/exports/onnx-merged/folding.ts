import { pieces } from '../float-tensor.ts';
import type { Loss } from '../loss.ts';
import { placeAlong, type Layer } from './layers.ts';
import type { Normalization } from './normalization.ts';

/** What a layer's numbers are multiplied with, and its bias in the end. */
export interface Folding {
  readonly layer: Layer;
  readonly normalization: Normalization | undefined;
  /** By output, and by input where the layer has an axis for them. */
  readonly outputFactors: Float64Array;
  readonly inputFactors: Float64Array | undefined;
  readonly bias: Float64Array | undefined;
}

/** A layer with the normalization behind it folded in: W × factor, b × factor + shift, by channel. */
export function folded(layer: Layer, normalization: Normalization | undefined): Folding {
  const { bias, outputs, inputAxis, tensor } = layer;
  const outputFactors = normalization?.factors.slice() ?? new Float64Array(outputs).fill(1);
  const inputFactors = inputAxis === undefined ? undefined : new Float64Array(tensor.shape[inputAxis] ?? 0).fill(1);
  const shifted = normalization?.shifts.map(
    (shift, channel) => shift + (bias?.values[channel] ?? 0) * (outputFactors[channel] ?? 1),
  );
  return {
    layer,
    normalization,
    outputFactors,
    inputFactors,
    bias: shifted ?? (bias && Float64Array.from(bias.values)),
  };
}

/** The value that the layer makes in the end. */
export function outputOf({ layer, normalization }: Folding): string {
  return normalization?.output ?? layer.node.outputs[0] ?? '';
}

export function isChanged({ normalization, outputFactors, inputFactors }: Folding): boolean {
  const isOne = (factor: number): boolean => factor === 1;
  return normalization !== undefined || !outputFactors.every(isOne) || inputFactors?.every(isOne) === false;
}

/** The bytes of the new weights; what rounding to single precision loses goes to `loss`. */
export async function* foldedWeights(
  { layer: { weights, outputAxis, inputAxis }, outputFactors, inputFactors }: Folding,
  loss: Loss,
  signal: AbortSignal,
): AsyncGenerator<Uint8Array, void, undefined> {
  const outputAt = placeAlong(weights.shape, outputAxis);
  const inputAt = placeAlong(weights.shape, inputAxis ?? 0);
  for await (const { start, values } of pieces(weights, signal)) {
    const made = values.map((value, place) => {
      const at = start + place;
      const exact = value * (outputFactors[outputAt(at)] ?? 1) * (inputFactors?.[inputAt(at)] ?? 1);
      loss.add(exact, Math.fround(exact));
      return exact;
    });
    yield new Uint8Array(made.buffer);
  }
}
