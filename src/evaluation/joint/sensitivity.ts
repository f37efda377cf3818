import { open } from 'node:fs/promises';
import { FileSource } from '../../engine/io/file-source.ts';
import { Runner, runsOf } from '../inference/runs.ts';
import { loadModel } from '../inference/session.ts';
import type { Values } from '../inputs/tensor.ts';
import { damageOf, kindOf, type OutputKind } from './damage.ts';
import { openInputs, type JointInputs } from './inputs.ts';
import { readTensor, roundTensor, writeTensor, type JointTensor } from './round.ts';

/** Which weights are to be tried one by one; plain data. */
export interface SensitivityRequest extends JointInputs {
  /** The graph in the folder of copies. */
  readonly model: string;
  readonly output?: string | undefined;
  readonly tellsClasses: boolean;
  readonly copies: readonly string[];
  readonly folder: string;
  readonly tensors: readonly (JointTensor & { readonly step: number })[];
  readonly feedback: boolean;
}

export interface Sensitivity {
  readonly kind: OutputKind;
  /** Per row of the output for each tensor: what rounding it alone, to its step, does. */
  readonly damages: readonly number[];
  /** The same of the model unchanged, run again. */
  readonly noise: number;
}

/** Answers of the original that are kept in memory. */
const mostAnswerBytes = 256 * 2 ** 20;

/** Rounds one tensor at a time in the copy, asks the model, and puts the tensor back. */
export async function measureSensitivities(
  request: SensitivityRequest,
  onProgress: (done: number, total: number) => void,
): Promise<Sensitivity> {
  const { copies, tensors, folder, feedback } = request;
  const answers: Values[] = [];
  let kind: OutputKind | undefined;
  const ask = async (use: (answer: Values, place: number) => boolean): Promise<void> => {
    await using model = await loadModel(request.model, request.threads);
    await using dataset = await openInputs(request, model.inputs);
    const runner = new Runner(model, dataset.task.state);
    let place = 0;
    for await (const run of runsOf(dataset, dataset.task, dataset.places, request.frames)) {
      const outputs = await runner.run(run);
      const answer = outputs.get(request.output ?? '') ?? [...outputs.values()][0];
      if (!answer || !use(answer, place++)) return;
    }
  };
  let bytes = 0;
  await ask((answer) => {
    kind ??= kindOf(answer, request.tellsClasses);
    answers.push(answer);
    bytes += answer.data.byteLength;
    return bytes < mostAnswerBytes;
  });
  const rows = answers.reduce((sum, { shape, data }) => sum + data.length / (shape.at(-1) ?? 1), 0);
  const damage = async (): Promise<number> => {
    let sum = 0;
    await ask((answer, place) => {
      const before = answers[place];
      if (before) sum += damageOf(before, answer, kind ?? 'numbers');
      return place + 1 < answers.length;
    });
    return sum / rows;
  };
  const noise = await damage();
  const damages: number[] = [];
  for (const [number, tensor] of tensors.entries()) {
    const path = copies[tensor.file] ?? '';
    const before = await withFile(path, (source) => readTensor(source, tensor));
    const values = before.slice();
    await roundTensor(values, tensor, tensor.step, folder, { feedback, rate: false });
    const handle = await open(path, 'r+');
    try {
      await writeTensor(handle, tensor, values);
      damages.push(await damage());
    } finally {
      await writeTensor(handle, tensor, before);
      await handle.close();
    }
    onProgress(number + 1, tensors.length);
  }
  return { kind: kind ?? 'numbers', damages, noise };
}

async function withFile<Result>(path: string, use: (source: FileSource) => Promise<Result>): Promise<Result> {
  await using source = await FileSource.open(path);
  return await use(source);
}
