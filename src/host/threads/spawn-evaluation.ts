import { FeatherweightError } from '../../engine/errors.ts';
import { forkEvaluation, type EvaluationProcess } from '../../evaluation/index.ts';
import { bundledFile } from '../files/bundled-files.ts';

/** Where the bundle of the process that models run in is. Throws UNSUPPORTED where there is none. */
export function evaluationEntry(): string {
  const path = bundledFile('out/main/evaluation.js');
  if (path === undefined)
    throw new FeatherweightError('UNSUPPORTED', 'This build has no part that runs models (out/main/evaluation.js).');
  return path;
}

/** Starts that process under Node. */
export function spawnEvaluation(): EvaluationProcess {
  return forkEvaluation(evaluationEntry());
}
