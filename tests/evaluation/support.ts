import { fileURLToPath } from 'node:url';
import type { EvaluationContext } from '../../src/evaluation/index.ts';
import { forkEvaluation } from '../../src/evaluation/index.ts';
import { bytes, onnxFile, whole, type Bytes } from '../support/onnx.ts';
import { context } from '../support/jobs.ts';

const entry = fileURLToPath(new URL('../../src/evaluation/process/entry.ts', import.meta.url));

/** Threads and processes straight from the source. */
export function evaluationContext(signal?: AbortSignal): EvaluationContext {
  return { ...context(signal), spawnEvaluation: () => forkEvaluation(entry) };
}

const floatValue = (name: string, shape: readonly (number | string)[]): Bytes => [
  ...bytes(1, name),
  ...bytes(
    2,
    bytes(1, [
      ...whole(1, 1),
      ...bytes(
        2,
        shape.flatMap((extent) => bytes(1, typeof extent === 'number' ? whole(1, extent) : bytes(2, extent))),
      ),
    ]),
  ),
];

/** A model that multiplies rows of `weights.length / columns` numbers by a matrix and gives `logits`. */
export function linearModel(weights: readonly number[], columns: number, operator = 'MatMul'): Uint8Array {
  const rows = weights.length / columns;
  const raw = new Uint8Array(Float32Array.from(weights).buffer);
  const matMul = [
    ...bytes(1, 'x'),
    ...bytes(1, 'weight'),
    ...bytes(2, 'logits'),
    ...bytes(3, 'layer'),
    ...bytes(4, operator),
  ];
  return onnxFile([
    ...bytes(1, matMul),
    ...bytes(2, 'tests'),
    ...bytes(5, [...whole(1, rows), ...whole(1, columns), ...whole(2, 1), ...bytes(8, 'weight'), ...bytes(9, raw)]),
    ...bytes(11, floatValue('x', ['N', rows])),
    ...bytes(12, floatValue('logits', ['N', columns])),
  ]);
}
