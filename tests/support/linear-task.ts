import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { linearModel } from '../evaluation/support.ts';
import { gaussians } from './streams.ts';

const [rows, columns, items] = [256, 64, 160];

/** Writes a model of one matrix that is quick to fit, and a task with its inputs: `linear.onnx` and `linear.json`. */
export async function writeLinearTask(folder: string): Promise<{ readonly model: string; readonly task: string }> {
  const weights = gaussians(rows * columns, 0.05, 1);
  const inputs = Float32Array.from(gaussians(items * rows, 1, 2));
  const labels = Uint8Array.from({ length: items }, (_, item) => bestColumn(inputs.subarray(item * rows), weights));
  const task = {
    ...{ task: 1, title: 'Rows', unit: 'rows', batch: 16 },
    inputs: [{ from: 'arrays', name: 'x', data: { file: 'inputs.f32', type: 'float32' }, shape: [rows] }],
    target: { from: 'arrays', data: { file: 'labels.u8', type: 'uint8' } },
    metrics: [{ metric: 'nll' }, { metric: 'top-1' }],
  };
  const files = {
    'linear.onnx': linearModel([...weights], columns),
    'inputs.f32': new Uint8Array(inputs.buffer),
    'labels.u8': labels,
    'linear.json': JSON.stringify(task),
  };
  for (const [name, content] of Object.entries(files)) await writeFile(join(folder, name), content);
  return { model: join(folder, 'linear.onnx'), task: join(folder, 'linear.json') };
}

function bestColumn(input: Float32Array, weights: Float64Array): number {
  const scores = Array.from({ length: columns }, (_, column) => {
    let sum = 0;
    for (let row = 0; row < rows; row++) sum += (input[row] ?? 0) * (weights[row * columns + column] ?? 0);
    return sum;
  });
  return scores.indexOf(Math.max(...scores));
}
