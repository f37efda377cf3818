import { CancelledError, toErrorData, type ErrorData } from '../../engine/errors.ts';
import type { LoadTest } from '../../engine/index.ts';
import type { Trial } from '../inference/trial.ts';
import type { SpawnEvaluation } from '../process/protocol.ts';
import { runTask } from '../process/run.ts';

const reader = 'onnxruntime';
/** Of larger files the runtime's optimizations, which copy weights as single precision, would take gigabytes. */
const largestOptimized = 2 ** 28;

/** A new model: its file, all its bytes with those of external data, and the first file that it was made of. */
interface NewModel {
  readonly path: string;
  readonly bytes: number;
  readonly original: string;
}

/** Runs a new model once on a made-up input, in a process of its own; where that fails, its original as well. */
export async function runOnnx(
  { path, bytes, original }: NewModel,
  spawnEvaluation: SpawnEvaluation,
  signal: AbortSignal,
): Promise<LoadTest> {
  const optimizes = bytes <= largestOptimized;
  const attempt = (each: string): Promise<Trial> =>
    runTask(spawnEvaluation, 'trial', { path: each, optimizes }, { signal, onProgress: () => undefined }).then(
      ({ result }) => result,
      diedOf,
    );
  const { fault, isLoaded } = await attempt(path);
  const how = optimizes ? '' : ' (it is large, so the runtime was not let optimize it)';
  if (fault === undefined) return { reader, isLoaded: true, result: `loaded, and run on a made-up input${how}` };
  // What the original cannot do either says nothing about the new file.
  const before = await attempt(original);
  if (before.fault === undefined) return { reader, isLoaded: false, result: fault.message };
  return { reader, isLoaded: isLoaded || undefined, result: `not run on a made-up input: ${fault.message}` };
}

/** A process that ended by itself, be it for want of memory, is a fault of the model it had. */
function diedOf(error: unknown): { readonly isLoaded: false; readonly fault: ErrorData } {
  if (error instanceof CancelledError) throw error;
  return { isLoaded: false, fault: toErrorData(error) };
}
