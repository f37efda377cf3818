import { open } from 'node:fs/promises';
import { join } from 'node:path';
import { bytes, externalTensor, initializer, type Bytes } from '../support/onnx.ts';
import { inputOf, ints, model, node, weights } from '../support/onnx-models.ts';

const stages = [
  { channels: 64, blocks: 3 },
  { channels: 128, blocks: 4 },
  { channels: 256, blocks: 6 },
  { channels: 512, blocks: 3 },
];
const classes = 1000;

/**
 * Writes a network of the layout of ResNet-34 with made-up weights: 22 million of them, 87 MB in `weights.bin`. It takes `x`
 * [1, 3, 224, 224] and gives `logits` [1, 1000]. Returns the path of `network.onnx`.
 */
export async function writeImageNetwork(folder: string): Promise<string> {
  const graph: Bytes[] = [];
  const data = await open(join(folder, 'weights.bin'), 'w');
  let [offset, seed] = [0, 0];
  const weight = async (name: string, ...shape: readonly number[]): Promise<string> => {
    const [outputs = 1, ...rest] = shape;
    const count = shape.reduce((product, extent) => product * extent, 1);
    // Layers that keep the size of what goes through them, as trained ones about do.
    const values = weights(count, ++seed, 2.8 / Math.sqrt(count / outputs || rest.length));
    await data.writeFile(new Uint8Array(values.buffer));
    const entries = { location: 'weights.bin', offset: String(offset), length: String(values.byteLength) };
    offset += values.byteLength;
    graph.push(initializer(externalTensor(name, shape, entries)));
    return name;
  };
  const convolve = async (from: string, to: string, shape: readonly number[], stride: number): Promise<string> => {
    const pad = (shape[3] ?? 1) >> 1;
    const kernel = await weight(`${to}.weight`, ...shape);
    graph.push(node('Conv', [from, kernel], to, ints('strides', stride, stride), ints('pads', pad, pad, pad, pad)));
    return to;
  };
  const then = (operator: string, inputs: readonly string[], to: string, ...attributes: Bytes[]): string => {
    graph.push(node(operator, inputs, to, ...attributes));
    return to;
  };
  try {
    let last = then('Relu', [await convolve('x', 'stem', [64, 3, 7, 7], 2)], 'stem.relu');
    last = then('MaxPool', [last], 'pool', ints('kernel_shape', 3, 3), ints('strides', 2, 2), ints('pads', 1, 1, 1, 1));
    let width = 64;
    for (const [stage, { channels, blocks }] of stages.entries())
      for (let block = 0; block < blocks; block++) {
        const name = `stage${stage}.block${block}`;
        const stride = stage > 0 && block === 0 ? 2 : 1;
        const first = await convolve(last, `${name}.a`, [channels, width, 3, 3], stride);
        const second = await convolve(then('Relu', [first], `${name}.ar`), `${name}.b`, [channels, channels, 3, 3], 1);
        const past =
          width === channels && stride === 1
            ? last
            : await convolve(last, `${name}.p`, [channels, width, 1, 1], stride);
        last = then('Relu', [then('Add', [second, past], `${name}.sum`)], `${name}.out`);
        width = channels;
      }
    const flat = then('Flatten', [then('GlobalAveragePool', [last], 'mean')], 'flat');
    then('Gemm', [flat, await weight('classes', width, classes)], 'logits');
  } finally {
    await data.close();
  }
  const path = join(folder, 'network.onnx');
  const file = await open(path, 'w');
  await file.writeFile(
    model(
      [...graph.flat(), ...bytes(11, inputOf('x', 1, 1, 3, 224, 224)), ...bytes(12, inputOf('logits', 1, 1, classes))],
      13,
    ),
  );
  await file.close();
  return path;
}
