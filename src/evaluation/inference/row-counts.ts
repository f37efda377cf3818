import { FileSource } from '../../engine/io/file-source.ts';
import { graphTensors, readGraph, type OnnxGraph, type OnnxNode } from '../../engine/onnx/index.ts';

/** What gives the same whole numbers on, in whatever shape. */
const passing = /^(Identity|Cast|Reshape|Squeeze|Unsqueeze|Flatten|Expand|Slice)$/;
/** What gives a table of as many rows. */
const likeTable = /^(Identity|Cast|DequantizeLinear)$/;

/**
 * Of inputs whose numbers are places in tables, such as tokens in an embedding, how many rows the smallest of these has; nothing
 * of a file whose graph cannot be read here.
 */
export async function rowCounts(path: string): Promise<ReadonlyMap<string, number>> {
  try {
    await using source = await FileSource.open(path);
    return rowCountsOf((await readGraph(source)).graph);
  } catch {
    // The runtime may know more forms; it says what is wrong with those that nobody knows.
    return new Map();
  }
}

function rowCountsOf(graph: OnnxGraph): ReadonlyMap<string, number> {
  const tables = new Map(graphTensors(graph).map(({ name, shape }) => [name, shape]));
  const inputs = new Map(graph.inputs.map(({ name }) => [name, name]));
  const counts = new Map<string, number>();
  for (const node of graph.nodes) {
    const [first = '', second = ''] = node.inputs;
    const [output = ''] = node.outputs;
    const [table, input] = [tables.get(first), inputs.get(first)];
    if (table && likeTable.test(node.operator)) tables.set(output, table);
    if (input !== undefined && passing.test(node.operator)) inputs.set(output, input);
    const looked = inputs.get(second);
    const rows = table && looked !== undefined ? rowsOf(node, table) : undefined;
    if (looked !== undefined && rows !== undefined) counts.set(looked, Math.min(rows, counts.get(looked) ?? Infinity));
  }
  return counts;
}

function rowsOf({ operator, attributes }: OnnxNode, table: readonly number[]): number | undefined {
  if (operator !== 'Gather' && operator !== 'GatherBlockQuantized') return undefined;
  const axis = attributes.get(operator === 'Gather' ? 'axis' : 'gather_axis')?.int ?? 0;
  const rows = table.at(axis);
  return rows !== undefined && rows > 0 ? rows : undefined;
}
