import { join } from 'node:path';
import type { FileSource } from '../../../engine/io/file-source.ts';
import type { OnnxModel } from '../../../engine/onnx/index.ts';
import { Runner, runsOf } from '../../inference/runs.ts';
import { loadModel, type LoadedModel } from '../../inference/session.ts';
import type { Values } from '../../inputs/tensor.ts';
import { writeWithOnly } from '../../models/with-outputs.ts';
import { openInputs, type ModelInputs } from '../../inference/inputs.ts';

/** A model whose inner values are looked at, and a folder for the copy that gives them. */
export interface Captured {
  readonly source: FileSource;
  readonly model: OnnxModel;
  readonly place: string;
}

/** What values inside a model were in its last run. */
export type ValueOf = (name: string) => Values | undefined;

/**
 * Runs models on the same inputs, side by side, and hands over after each run what values inside them were; `runs` is how many
 * there will be, about. One run's values are in memory at a time.
 */
export async function capture(
  request: ModelInputs,
  models: readonly Captured[],
  names: readonly string[],
  use: (values: readonly ValueOf[], runs: number) => void,
): Promise<void> {
  await using opened = new AsyncDisposableStack();
  const loaded: LoadedModel[] = [];
  const states = request.task?.task.state.map(({ output }) => output) ?? [];
  for (const { source, model, place } of models) {
    const path = join(place, 'captured.onnx');
    await writeWithOnly(source, model, [...names, ...states], path);
    loaded.push(opened.use(await loadModel(path, request.threads, true, source.name)));
  }
  const [first] = loaded;
  if (!first) return;
  const dataset = opened.use(await openInputs(request, first));
  const runners = loaded.map((model) => new Runner(model, dataset.task.state));
  for await (const run of runsOf(dataset, dataset.task, dataset.places, request.frames)) {
    const values: ValueOf[] = [];
    for (const runner of runners) {
      const outputs = await runner.run(run);
      values.push((name) => outputs.get(name) ?? runner.fed.get(name));
    }
    use(values, dataset.runs);
  }
}
