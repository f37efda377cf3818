import type { Narrow } from '../../engine/exports/onnx-narrow/narrowing.ts';
import type { LearningRequest } from '../joint/calibrate/learned-inputs.ts';
import type { SpawnEvaluation } from '../process/protocol.ts';
import { runTask } from '../process/run.ts';

/** How a model is made narrower. */
export interface NarrowingRequest extends LearningRequest {
  /** Of all channels that can be taken out, 0 to 1. */
  readonly share: number;
}

/** More items than are rounded by: whole channels are to be made good from others. */
const usualItems = 256;

/** The share that is taken out if nothing is said. */
export const usualShare = 0.2;

/** Has channels chosen in a process of its own. */
export function narrower(spawnEvaluation: SpawnEvaluation, { share, ...learning }: NarrowingRequest): Narrow {
  return async (request, signal, onProgress) => {
    const { learnedInputs } = await import('../joint/calibrate/learned-inputs.ts');
    const { inputs } = await learnedInputs({ usually: usualItems, ...learning });
    const { result } = await runTask(
      spawnEvaluation,
      'narrow',
      { ...inputs, ...request, share },
      { signal, onProgress: (_, done, total) => onProgress(done, total) },
    );
    return result;
  };
}
