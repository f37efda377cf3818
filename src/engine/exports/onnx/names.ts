import type { OnnxModel } from '../../onnx/index.ts';

/** Gives out names that no value or node of the model has, in any of its graphs. */
export function nameSource({ graphs }: OnnxModel): (wanted: string) => string {
  const taken = new Set<string>();
  for (const { nodes, initializers, inputs, outputs } of graphs) {
    for (const { name } of [...initializers, ...inputs, ...outputs, ...nodes]) taken.add(name);
    for (const node of nodes) for (const name of [...node.outputs, ...node.inputs]) taken.add(name);
  }
  return (wanted) => {
    let free = wanted;
    for (let count = 2; taken.has(free); count++) free = `${wanted}_${count}`;
    taken.add(free);
    return free;
  };
}
