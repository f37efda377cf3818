import { graphTensors, type OnnxGraph, type OnnxNode } from '../../../engine/onnx/index.ts';

/** Numbers that are added to the outputs of a layer, one to each. Plain data. */
export interface Bias {
  /** Of the tensor. */
  readonly name: string;
  /** −1 where they are subtracted, as the mean of a normalization is. */
  readonly sign: 1 | -1;
}

/** Tells what is added to the outputs of a node of this graph, where the numbers serve nothing else. */
export function biasFinder(graph: OnnxGraph): (node: OnnxNode, outputs: number) => Bias | undefined {
  const shapes = new Map(graphTensors(graph).map(({ name, shape }) => [name, shape]));
  const readers = Map.groupBy(
    graph.nodes.flatMap((node) => node.inputs.map((input) => ({ input, node }))),
    ({ input }) => input,
  );
  return (node, outputs) => {
    const takes = (name: string | undefined, sign: Bias['sign']): Bias | undefined => {
      const count = shapes.get(name ?? '')?.reduce((product, extent) => product * extent, 1);
      return name && count === outputs && readers.get(name)?.length === 1 ? { name, sign } : undefined;
    };
    if (node.operator === 'Conv' && node.inputs[2]) return takes(node.inputs[2], 1);
    if (node.operator === 'Gemm' && node.inputs[2])
      return (node.attributes.get('beta')?.float ?? 1) === 1 ? takes(node.inputs[2], 1) : undefined;
    const [output = ''] = node.outputs;
    const [next, ...others] = readers.get(output) ?? [];
    if (!next || others.length > 0) return undefined;
    if (next.node.operator === 'BatchNormalization' && next.node.inputs[0] === output)
      return takes(next.node.inputs[3], -1);
    return next.node.operator === 'Add'
      ? takes(
          next.node.inputs.find((input) => input !== output),
          1,
        )
      : undefined;
  };
}
