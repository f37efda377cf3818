// The public surface of evaluation; shells import from here only.
import { deferredCall, deferredJob } from '../engine/deferred.ts';

export type * from './figures.ts';
export type * from './report.ts';
export type { EvaluationProcess, SpawnEvaluation, TaskMessage, TaskReply } from './process/protocol.ts';
export type { AnswerStore, EvaluationContext } from './evaluate.ts';
export { narrower, usualShare, type NarrowingRequest } from './narrow/narrower.ts';
export { exportReader } from './load/reader.ts';
export type * from './joint/report.ts';
export { fitParts, type FitPart, type FitRequest, type FitTarget } from './joint/request.ts';
export { evaluationEnvironment } from './process/environment.ts';
export { forkEvaluation } from './process/fork.ts';
export { runTask } from './process/run.ts';
export { filesOfTask } from './task/files.ts';
export type { OpenTask } from './task/read.ts';
export { formatDelta, formatValue } from './verdict.ts';

export const evaluate = deferredJob(async () => (await import('./evaluate.ts')).evaluate);
export const fit = deferredJob(async () => (await import('./joint/fit.ts')).fit);
export const ablate = deferredJob(async () => (await import('./joint/ablate/ablate.ts')).ablate);
export const discardFit = deferredCall(async () => (await import('./joint/output.ts')).discardFit);
export const openTask = deferredCall(async () => (await import('./task/read.ts')).openTask);
