import { weightUses } from '../../../engine/onnx/index.ts';
import { numbersOf } from '../../compare/rows.ts';
import { capture, type Captured } from './capture.ts';
import type { ModelInputs } from '../../inference/inputs.ts';

/** A table of which rows are taken, and how often the inputs take each. Plain data. */
export interface Lookup {
  /** Of the tensor. */
  readonly name: string;
  readonly counts: Float64Array;
}

/** Counts, in one pass over the inputs, how often the rows of each table of the main graph are taken. */
export async function countLookups(request: ModelInputs, captured: Captured): Promise<readonly Lookup[]> {
  const tables = weightUses(captured.model).flatMap(({ tensor, graph, uses }) => {
    const use = uses.find(
      ({ operator, input, channelAxis }) => operator === 'Gather' && input === 0 && channelAxis === 0,
    );
    const indices = use?.node.inputs[1];
    return indices && graph.outer === undefined && tensor.shape.length === 2
      ? [{ name: tensor.name, indices, counts: new Float64Array(tensor.shape[0] ?? 0) }]
      : [];
  });
  if (tables.length === 0) return [];
  const names = tables.map(({ indices }) => indices);
  await capture(request, [captured], names, ([valueOf]) => {
    for (const { indices, counts } of tables) {
      const value = valueOf?.(indices);
      const taken = value ? numbersOf(value) : [];
      for (let at = 0; at < taken.length; at++) {
        const index = Number(taken[at]);
        const row = index < 0 ? index + counts.length : index;
        if (row >= 0 && row < counts.length) counts[row] = (counts[row] ?? 0) + 1;
      }
    }
  });
  return tables.map(({ name, counts }) => ({ name, counts }));
}
