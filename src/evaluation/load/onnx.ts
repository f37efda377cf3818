import { FeatherweightError, type LoadTest } from '../../engine/index.ts';
import type { SpawnEvaluation } from '../process/protocol.ts';
import { runTask } from '../process/run.ts';

const reader = 'onnxruntime';

/** Runs a new model once on a made-up input, in a process of its own; where that fails, its original as well. */
export async function runOnnx(
  path: string,
  original: string,
  spawnEvaluation: SpawnEvaluation,
  signal: AbortSignal,
): Promise<LoadTest> {
  const { fault, isLoaded } = await tried(path, spawnEvaluation, signal);
  if (fault === undefined) return { reader, isLoaded: true, result: 'loaded, and run on a made-up input' };
  const before = await tried(original, spawnEvaluation, signal);
  // What the original cannot do either says nothing about the new file.
  if (before.fault === undefined) return { reader, isLoaded: false, result: fault };
  return { reader, isLoaded: isLoaded || undefined, result: `not run on a made-up input: ${fault}` };
}

/** What is wrong, and whether the model was loaded before that. */
async function tried(
  candidate: string,
  spawnEvaluation: SpawnEvaluation,
  signal: AbortSignal,
): Promise<{ readonly fault?: string; readonly isLoaded: boolean }> {
  const request = { candidate, limit: 1, seed: 0, threads: 1 };
  try {
    const { result } = await runTask(spawnEvaluation, 'measure', request, { signal, onProgress: () => undefined });
    const { candidateFault: fault } = result;
    return fault === undefined ? { isLoaded: true } : { fault: fault.message, isLoaded: false };
  } catch (error) {
    // A fault while it runs is thrown: what is asked of it does not suit it.
    if (error instanceof FeatherweightError && (error.code === 'USAGE' || error.code === 'UNSUPPORTED'))
      return { fault: error.message, isLoaded: true };
    throw error;
  }
}
