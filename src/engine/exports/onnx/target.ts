import { UnsupportedInputError } from '../../errors.ts';
import { appendToModel, edited, given, graphTensors, readGraph, type Edit, type OnnxModel } from '../../onnx/index.ts';
import { metadataField } from '../../onnx/messages.ts';
import type { InputFile, Inputs } from '../../models/inputs.ts';
import { carrySideFiles } from '../carry.ts';
import type { ExportJob, ExportOutcome, ExportTarget } from '../export.ts';
import { describing, named, refuseStrayTensors } from './elements.ts';
import type { TensorStore } from './store.ts';

/** A kind of export that stays an ONNX model. */
export function onnxTarget(
  words: Pick<ExportTarget, 'id' | 'title' | 'summary' | 'ticks' | 'learns'>,
  write: ExportTarget['write'],
  refuses?: (file: InputFile, inputs: Inputs, signal: AbortSignal) => Promise<string | undefined>,
): ExportTarget {
  return {
    ...words,
    load: 'In place of the original, e.g. ort.InferenceSession.create(path); inputs, outputs and names are the same.',
    from: ['onnx'],
    check: 'onnx',
    extension: () => '.onnx',
    refuses: (inputs, signal) => {
      const file = describing(inputs);
      return file === undefined ? 'it is no ONNX model' : refuses?.(file, inputs, signal);
    },
    write,
  };
}

/** A model that is exported, its file, and the name that the new one gets. */
export interface OpenOnnx {
  readonly file: InputFile;
  readonly model: OnnxModel;
  readonly main: string;
}

/** Reads the graph. Throws UnsupportedInputError where elements are where no export finds them. */
export async function openOnnx({ inputs, stage, signal }: ExportJob): Promise<OpenOnnx> {
  const file = describing(inputs);
  if (file === undefined) throw new UnsupportedInputError('There is no ONNX model.');
  const model = await readGraph(named(file), signal);
  refuseStrayTensors(model);
  return { file, model, main: stage.mainName ?? file.name };
}

/** Writes the edited model with where it came from, the new data file if there is one, and the files that go along. */
export async function writeOnnx(
  job: ExportJob,
  { file, model, main }: OpenOnnx,
  edits: readonly Edit[],
  store: TensorStore,
): Promise<Pick<ExportOutcome, 'main' | 'carried'>> {
  const { inputs, stage, signal } = job;
  const provenance = Object.entries(job.provenance).map(([key, value]) => given(metadataField(key, value)));
  const copy = edited(named(file), [...edits, appendToModel(model, ...provenance)]);
  const progress = counted(job, inputs.bytes, copy.size + store.dataBytes);
  // The data first: scales that the model file holds are known when their codes were written.
  if (store.dataBytes > 0) await stage.write(`${main}.data`, progress(store.data()), signal);
  await stage.write(main, progress(copy.chunks(signal)), signal);
  const sides = await carrySideFiles(job, ({ name }) => name !== file.name && !usedFor(name, model));
  const metadata = Object.keys(model.metadata).length;
  return { main, carried: [...(metadata > 0 ? [`${metadata} metadata entries`] : []), ...sides] };
}

/** Whether the file of this name holds elements of the model. */
function usedFor(name: string, { graphs }: OnnxModel): boolean {
  return graphs.some((graph) =>
    graphTensors(graph).some(({ data }) => data.kind === 'external' && data.location === name),
  );
}

/** Progress by the bytes of the original, however few come out. */
function counted(
  { progress }: ExportJob,
  bytesIn: number,
  bytesOut: number,
): (chunks: AsyncIterable<Uint8Array>) => AsyncGenerator<Uint8Array, void, undefined> {
  return async function* (chunks) {
    for await (const chunk of chunks) {
      yield chunk;
      progress((chunk.length / bytesOut) * bytesIn);
    }
  };
}
