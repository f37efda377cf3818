import { toErrorData, type ErrorData } from '../../engine/errors.ts';
import { pseudoInputs } from './inputs.ts';
import { noTask } from './measure.ts';
import { Runner, runsOf } from './runs.ts';
import { loadModel } from './session.ts';

export interface TrialRequest {
  /** An ONNX file. */
  readonly path: string;
  /** Whether the runtime may first make the graph faster, for which it copies weights. */
  readonly optimizes: boolean;
}

/** How far a model came: loaded, and run where there is no fault. */
export interface Trial {
  readonly isLoaded: boolean;
  readonly fault?: ErrorData;
}

/** Loads a model and runs it once on a made-up input, in one thread. */
export async function tryModel({ path, optimizes }: TrialRequest): Promise<Trial> {
  let isLoaded = false;
  try {
    await using model = await loadModel(path, 1, optimizes);
    isLoaded = true;
    const runner = new Runner(model, noTask.state);
    for await (const run of runsOf(await pseudoInputs(model, 1, 0), noTask, [0])) await runner.run(run);
    return { isLoaded };
  } catch (error) {
    return { isLoaded, fault: toErrorData(error) };
  }
}
