// The public surface of evaluation; shells import from here only.
export type * from './report.ts';
export type { OutputReport } from './compare/outputs.ts';
export type { LayerError, LayerReport } from './compare/layers.ts';
export type { TensorError } from './compare/tensor-error.ts';
export type { WeightReport } from './compare/weights.ts';
export type { Example } from './inference/examples.ts';
export type { MetricReport } from './inference/metric-reports.ts';
export type { NoiseFloor } from './inference/noise.ts';
export type { OwnMetric } from './own-evaluator.ts';
export type { EvaluationProcess, SpawnEvaluation, TaskMessage, TaskReply } from './process/protocol.ts';
export { evaluate, type AnswerStore, type EvaluationContext } from './evaluate.ts';
export { forkEvaluation } from './process/fork.ts';
export { runTask } from './process/run.ts';
export { filesOfTask } from './task/files.ts';
export { openTask, type OpenTask } from './task/read.ts';
export { formatDelta, formatValue } from './verdict.ts';
