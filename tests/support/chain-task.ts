import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { bytes, onnxFile, whole, type Bytes } from './onnx.ts';
import { gaussians } from './streams.ts';

const [width, items, rank] = [64, 240, 12];

interface Chain {
  readonly depth?: number;
  /** How far matrices are from the first one, relative to its spread; absent: nothing alike. */
  readonly noise?: number;
}

/**
 * Writes a model of matrices and rectifiers in turn, which errors go through from one to the next, and a task with inputs that
 * have much in common: `chain.onnx` and `chain.json`.
 */
export async function writeChainTask(
  folder: string,
  chain: Chain = {},
): Promise<{ readonly model: string; readonly task: string }> {
  const [directions, amounts] = [gaussians(rank * width, 1, 1), gaussians(items * rank, 1, 2)];
  const noise = gaussians(items * width, 0.1, 3);
  const inputs = Float32Array.from(noise, (one, at) => {
    const [item, column] = [Math.floor(at / width), at % width];
    let sum = one;
    for (let each = 0; each < rank; each++)
      sum += (amounts[item * rank + each] ?? 0) * (directions[each * width + column] ?? 0);
    return sum;
  });
  const task = {
    ...{ task: 1, title: 'Rows', unit: 'rows', batch: 16 },
    inputs: [{ from: 'arrays', name: 'x0', data: { file: 'chain.f32', type: 'float32' }, shape: [width] }],
    target: { from: 'arrays', data: { file: 'chain.u8', type: 'uint8' } },
    metrics: [{ metric: 'top-1', against: 'original' }],
  };
  const files = {
    'chain.onnx': chainModel(chain),
    'chain.f32': new Uint8Array(inputs.buffer),
    'chain.u8': new Uint8Array(items),
    'chain.json': JSON.stringify(task),
  };
  for (const [name, content] of Object.entries(files)) await writeFile(join(folder, name), content);
  return { model: join(folder, 'chain.onnx'), task: join(folder, 'chain.json') };
}

function chainModel({ depth = 5, noise }: Chain): Uint8Array {
  const layers = Array.from({ length: depth }, (_, place) => place);
  const named = (place: number): string => (noise === undefined ? `w${place}` : `layers.${place}.weight`);
  const node = (operator: string, inputs: readonly string[], output: string): Bytes =>
    bytes(1, [...inputs.flatMap((input) => bytes(1, input)), ...bytes(2, output), ...bytes(4, operator)]);
  const weight = (place: number): Bytes => {
    const own = gaussians(width * width, Math.sqrt(2 / width), 10 + place);
    const first = gaussians(width * width, Math.sqrt(2 / width), 10);
    const isOwn = noise === undefined || place === 0;
    const values = isOwn ? own : own.map((value, at) => (first[at] ?? 0) + noise * value);
    const raw = new Uint8Array(Float32Array.from(values).buffer);
    return bytes(5, [
      ...whole(1, width),
      ...whole(1, width),
      ...whole(2, 1),
      ...bytes(8, named(place)),
      ...bytes(9, raw),
    ]);
  };
  const value = (name: string): Bytes => {
    const shape = [...bytes(1, bytes(2, 'N')), ...bytes(1, whole(1, width))];
    return [...bytes(1, name), ...bytes(2, bytes(1, [...whole(1, 1), ...bytes(2, shape)]))];
  };
  return onnxFile([
    ...layers.flatMap((place) => [
      ...node('MatMul', [`x${place}`, named(place)], place + 1 === depth ? 'logits' : `y${place}`),
      ...(place + 1 === depth ? [] : node('Relu', [`y${place}`], `x${place + 1}`)),
    ]),
    ...bytes(2, 'tests'),
    ...layers.flatMap(weight),
    ...bytes(11, value('x0')),
    ...bytes(12, value('logits')),
  ]);
}
