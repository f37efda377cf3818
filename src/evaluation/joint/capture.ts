import { join } from 'node:path';
import type { FileSource } from '../../engine/io/file-source.ts';
import type { OnnxModel } from '../../engine/onnx/index.ts';
import { Runner, runsOf } from '../inference/runs.ts';
import { loadModel } from '../inference/session.ts';
import type { Values } from '../inputs/tensor.ts';
import { writeWithOutputs } from '../models/with-outputs.ts';
import { openInputs, type ModelInputs } from '../inference/inputs.ts';

/** A model whose inner values are looked at, and a folder for the copy that gives them. */
export interface Captured {
  readonly source: FileSource;
  readonly model: OnnxModel;
  readonly place: string;
}

/**
 * Runs a model on its inputs and hands over, after each run, what values inside it were; `runs` is how many there will be, about.
 * One run's values are in memory at a time.
 */
export async function capture(
  request: ModelInputs,
  { source, model, place }: Captured,
  names: readonly string[],
  use: (valueOf: (name: string) => Values | undefined, runs: number) => void,
): Promise<void> {
  const path = join(place, 'captured.onnx');
  await writeWithOutputs(source, model, names, path);
  await using loaded = await loadModel(path, request.threads);
  await using dataset = await openInputs(request, loaded);
  const runner = new Runner(loaded, dataset.task.state);
  for await (const run of runsOf(dataset, dataset.task, dataset.places, request.frames)) {
    const outputs = await runner.run(run);
    use((name) => outputs.get(name) ?? runner.fed.get(name), dataset.runs);
  }
}
