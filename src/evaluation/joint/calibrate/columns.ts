import type { Layer, Window } from '../layers/layers.ts';
import type { Values } from '../../inputs/tensor.ts';

/**
 * Inputs of a layer from a value that was captured: `count` samples, spread evenly over those there are, each of
 * groups × columns numbers, handed to `use` in order. Tells how many there are; none where the value does not fit the layer.
 */
export function eachSample(
  layer: Layer,
  { shape, data }: Values,
  most: number,
  use: (sample: (group: number, column: number) => number) => void,
): number {
  const numbers = data as ArrayLike<number>;
  if (layer.window) return eachPosition(layer, layer.window, shape, numbers, most, use);
  if (layer.isStack) return eachOfStack(layer, shape, numbers, most, use);
  if (layer.groups > 1) return eachState(layer, shape, numbers, most, use);
  if (shape.at(-1) !== layer.columns) return 0;
  const rows = numbers.length / layer.columns;
  for (const row of spread(rows, most)) {
    const start = row * layer.columns;
    use((_, column) => numbers[start + column] ?? 0);
  }
  return rows;
}

/** Rows of matrices of inputs, of all matrices of the stack those at the same place; of one where all are multiplied with it. */
function eachOfStack(
  { columns, groups }: Layer,
  shape: readonly number[],
  numbers: ArrayLike<number>,
  most: number,
  use: (sample: (group: number, column: number) => number) => void,
): number {
  const [matrices = 1, rows = 1, numbersEach] = [shape.at(-3), shape.at(-2), shape.at(-1)];
  if (numbersEach !== columns || (matrices !== groups && matrices !== 1)) return 0;
  const count = numbers.length / matrices / columns;
  for (const place of spread(count, most)) {
    const first = Math.floor(place / rows) * matrices;
    use((group, column) => {
      const matrix = first + (matrices === 1 ? 0 : group);
      return numbers[(matrix * rows + (place % rows)) * columns + column] ?? 0;
    });
  }
  return count;
}

/** States of a recurrent layer: steps, directions, items, numbers. */
function eachState(
  { columns, groups }: Layer,
  [steps = 0, directions, items = 0, numbersEach]: readonly number[],
  numbers: ArrayLike<number>,
  most: number,
  use: (sample: (group: number, column: number) => number) => void,
): number {
  if (directions !== groups || numbersEach !== columns) return 0;
  for (const place of spread(steps * items, most)) {
    const [step, item] = [Math.floor(place / items), place % items];
    use((group, column) => numbers[((step * groups + group) * items + item) * columns + column] ?? 0);
  }
  return steps * items;
}

function eachPosition(
  { columns, groups }: Layer,
  { kernel, strides, dilations, pads, padsAfter }: Window,
  shape: readonly number[],
  numbers: ArrayLike<number>,
  most: number,
  use: (sample: (group: number, column: number) => number) => void,
): number {
  const [batch = 0, channels = 0, ...extents] = shape;
  const taps = kernel.reduce((product, extent) => product * extent, 1);
  if (extents.length !== kernel.length || channels * taps !== groups * columns) return 0;
  const outputs = kernel.map((extent, axis) => {
    const covered = (extents[axis] ?? 0) + (pads[axis] ?? 0) + (padsAfter[axis] ?? 0);
    return Math.max(0, Math.floor((covered - (dilations[axis] ?? 1) * (extent - 1) - 1) / (strides[axis] ?? 1)) + 1);
  });
  const positions = outputs.reduce((product, extent) => product * extent, 1);
  const area = extents.reduce((product, extent) => product * extent, 1);
  // Where each tap is relative to the channel's first element; −1 in the padding.
  const places = new Int32Array(taps);
  for (const number of spread(batch * positions, most)) {
    const item = Math.floor(number / positions);
    for (let tap = 0; tap < taps; tap++) {
      let [position, rest, place, pitch] = [number % positions, tap, 0, 1];
      for (let axis = kernel.length - 1; axis >= 0; axis--) {
        const [length, many] = [kernel[axis] ?? 1, outputs[axis] ?? 1];
        const at =
          (position % many) * (strides[axis] ?? 1) - (pads[axis] ?? 0) + (rest % length) * (dilations[axis] ?? 1);
        const extent = extents[axis] ?? 0;
        place = place < 0 || at < 0 || at >= extent ? -1 : place + at * pitch;
        pitch *= extent;
        position = Math.floor(position / many);
        rest = Math.floor(rest / length);
      }
      places[tap] = place;
    }
    const start = item * channels * area;
    use((group, column) => {
      const place = places[column % taps] ?? -1;
      const channel = group * (columns / taps) + Math.floor(column / taps);
      return place < 0 ? 0 : (numbers[start + channel * area + place] ?? 0);
    });
  }
  return batch * positions;
}

/** At most `most` of the numbers below `count`, evenly, but without a period that rows could share. */
function* spread(count: number, most: number): Generator<number> {
  if (count <= most) {
    for (let number = 0; number < count; number++) yield number;
    return;
  }
  const pitch = count / most;
  for (let number = 0; number < most; number++) yield Math.floor((number + ((number * 0.618033988749895) % 1)) * pitch);
}
