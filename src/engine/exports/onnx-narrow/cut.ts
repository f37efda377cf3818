import { replace, type Edit, type OnnxGraph, type OnnxTensor } from '../../onnx/index.ts';
import { pieces, type FloatTensor } from '../float-tensor.ts';
import type { Loss } from '../loss.ts';
import { exchanged } from '../onnx/rewrite.ts';
import type { TensorStore } from '../onnx/store.ts';

const float32 = 1;

/** A tensor that becomes smaller or gets other numbers. */
export interface Cut {
  readonly tensor: OnnxTensor;
  /** Its numbers as they were, and as they are to be; both as many. */
  readonly before: FloatTensor;
  readonly after: FloatTensor;
  /** For each axis, if some of its entries go, whether each stays. */
  readonly stays: readonly (Uint8Array | undefined)[];
  readonly loss: Loss;
}

/** The shape without what goes. */
export function shapeOf({ tensor: { shape }, stays }: Cut): readonly number[] {
  return shape.map((extent, axis) => stays[axis]?.reduce((sum, one) => sum + one, 0) ?? extent);
}

/** Edits that put what is left of a tensor in its place. */
export function cutEdits(cut: Cut, graph: OnnxGraph, store: TensorStore, signal: AbortSignal): readonly Edit[] {
  const { tensor } = cut;
  const shape = shapeOf(cut);
  const length = 4 * shape.reduce((product, extent) => product * extent, 1);
  const made = store.add({ name: tensor.name, type: float32, shape }, { length, chunks: () => leftOf(cut, signal) });
  // A model of before IR version 4 declares its initializers as inputs too, with their shapes.
  const declared = graph.inputs.filter(({ name }) => name === tensor.name).map((input) => replace(input));
  return [...exchanged(graph, tensor, made), ...declared];
}

/** The bytes of what is left, in order; how far the tensor is from what it was, with 0 for what goes, goes to its loss. */
async function* leftOf(
  { before, after, stays, loss }: Cut,
  signal: AbortSignal,
): AsyncGenerator<Uint8Array, void, undefined> {
  const stay = placesThatStay(before.shape, stays);
  const changed = pieces(after, signal);
  for await (const { start, values } of pieces(before, signal)) {
    const { value } = await changed.next();
    const left = new Float32Array(values.length);
    let count = 0;
    for (let at = 0; at < values.length; at++) {
      const [was, is] = [values[at] ?? 0, value?.values[at] ?? 0];
      const isLeft = stay(start + at);
      loss.add(was, isLeft ? is : 0);
      if (isLeft) left[count++] = is;
    }
    yield new Uint8Array(left.buffer, 0, 4 * count);
  }
}

/** Tells of each element whether it stays. */
function placesThatStay(shape: readonly number[], stays: Cut['stays']): (element: number) => boolean {
  const axes = stays.flatMap((stay, axis) => {
    const inner = shape.slice(axis + 1).reduce((product, extent) => product * extent, 1);
    return stay ? [{ stay, inner, extent: shape[axis] ?? 1 }] : [];
  });
  return (element) => axes.every(({ stay, inner, extent }) => stay[Math.floor(element / inner) % extent] === 1);
}
