import { reachableNodes, type OnnxGraph, type OnnxModel, type OnnxNode } from '../../engine/onnx/index.ts';

const shown = 12;
const weightedOperators =
  /^(Conv|ConvTranspose|MatMul|Gemm|LSTM|GRU|RNN|Attention|MultiHeadAttention|GatherBlockQuantized|MatMulNBits|MatMulInteger|ConvInteger|QLinearConv|QLinearMatMul|Fused\w*)$/;

/** What is compared as a layer: a node that usually has weights. */
export function isLayer({ operator, outputs }: OnnxNode): boolean {
  return weightedOperators.test(operator) && Boolean(outputs[0]);
}

/**
 * Which layers of branches and loops can be compared, and which not and why, in sentences. `flat` is the model with the
 * branches that were taken in its main graph.
 */
export function notesOnNested({ graph, graphs }: OnnxModel, flat: OnnxModel): readonly string[] {
  const owners = ownersOf(graphs);
  const inner = graphs
    .filter((each) => each !== graph)
    .flatMap((each) => each.nodes.filter(isLayer).map((node) => ({ node, isRepeated: isInLoop(each, owners) })));
  const outer = new Set(graph.nodes.flatMap(({ outputs }) => outputs));
  const reached = reachableNodes(flat).filter(({ node }) => isLayer(node));
  const compared = reached.filter(({ node, isRepeated }) => !isRepeated && !outer.has(node.outputs[0] ?? ''));
  const stepped = reached.filter(({ isRepeated }) => isRepeated);
  const names = new Set([...compared, ...stepped].map(({ node }) => node.outputs[0]));
  const left = inner.filter(({ node }) => !names.delete(node.outputs[0]));
  const repeated = left.filter(({ isRepeated }) => isRepeated);
  const untaken = left.filter(({ isRepeated }) => !isRepeated);
  return [
    ...(compared.length > 0
      ? [
          `${countOfLayers(compared.length)} in branches ${are(compared.length)} compared, as the first input takes them.`,
        ]
      : []),
    ...(stepped.length > 0
      ? [`${countOfLayers(stepped.length)} in loops ${are(stepped.length)} compared, over all steps.`]
      : []),
    ...(repeated.length > 0
      ? [
          `${countOfLayers(repeated.length)} in loops ${are(repeated.length)} not compared, because they are in branches of a loop or in a Scan that tells the axes of its outputs, or use names that another one uses too: ${list(repeated)}.`,
        ]
      : []),
    ...(untaken.length > 0
      ? [
          `${countOfLayers(untaken.length)} in branches that the first input does not take, or whose names another branch uses too, ${are(untaken.length)} not compared: ${list(untaken)}.`,
        ]
      : []),
  ];
}

/** The operator that each inner graph belongs to. */
function ownersOf(graphs: readonly OnnxGraph[]): ReadonlyMap<OnnxGraph, string> {
  return new Map(
    graphs.flatMap(({ nodes }) =>
      nodes.flatMap(({ operator, attributes }) =>
        [...attributes.values()].flatMap((attribute) => attribute.graphs.map((inner) => [inner, operator] as const)),
      ),
    ),
  );
}

function isInLoop(graph: OnnxGraph, owners: ReadonlyMap<OnnxGraph, string>): boolean {
  for (let each: OnnxGraph | undefined = graph; each !== undefined; each = each.outer)
    if (owners.has(each) && owners.get(each) !== 'If') return true;
  return false;
}

function list(found: readonly { readonly node: OnnxNode }[]): string {
  const names = found.slice(0, shown).map(({ node }) => `"${node.name || (node.outputs[0] ?? '')}" (${node.operator})`);
  return `${names.join(', ')}${found.length > shown ? ` and ${found.length - shown} more` : ''}`;
}

/** Such as "2 layers". */
export function countOfLayers(count: number): string {
  return count === 1 ? '1 layer' : `${count} layers`;
}

function are(count: number): string {
  return count === 1 ? 'is' : 'are';
}
