export * from './graph.ts';
export { readGraph } from './read-graph.ts';
export { append, appendToModel, edited, given, insertBefore, replace } from './edit.ts';
export type { Content, Edit, EditedFile } from './edit.ts';
export { addOutputs, reachableNodes } from './outputs.ts';
export type { Reachable } from './outputs.ts';
export { typicalInputs } from './typical-inputs.ts';
export { weightUses } from './weight-uses.ts';
export type { WeightRole, WeightUse, WeightUses } from './weight-uses.ts';
