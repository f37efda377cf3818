import { typicalInputs, type OnnxTensor } from '../../onnx/index.ts';
import { quantizerById } from '../../quantizers/catalog.ts';
import { decodeFloats } from '../../tensor/floats.ts';
import type { InputFile } from '../../models/inputs.ts';
import type { Measured } from './measure.ts';
import { graphOf, placeOf } from '../../models/roles.ts';

/** Weights larger than this are not read to find out what comes behind them. */
const mostBytes = 64 * 1024 * 1024;

/**
 * What the columns of tensors meet on average, as far as the graphs of the files tell, by file and offset; nothing where no
 * method of `measured` wants to know.
 */
export async function inputMeansOf(
  files: readonly InputFile[],
  measured: readonly (readonly Measured[])[],
  signal: AbortSignal,
): Promise<readonly ReadonlyMap<number, Float32Array>[]> {
  const found = files.map(() => new Map<number, Float32Array>());
  const isWanted = measured.flat().some(({ candidate }) => quantizerById(candidate.step.method)?.needs?.inputs);
  if (!isWanted) return found;
  for (const [number, file] of files.entries()) {
    const model = await graphOf(file, signal);
    if (model === undefined) continue;
    const read = async (tensor: OnnxTensor): Promise<Float32Array | undefined> => {
      const place = placeOf(tensor, number, files);
      const length = 4 * tensor.shape.reduce((all, extent) => all * extent, 1);
      const source = place && files[place.file]?.source;
      if (!source || tensor.type.dtype !== 'F32' || length > mostBytes || place.offset + length > source.size)
        return undefined;
      await source.wake();
      const bytes = new Uint8Array(length);
      await source.read(place.offset, bytes);
      return decodeFloats('F32', bytes);
    };
    for (const [tensor, means] of await typicalInputs(model, read, signal)) {
      const place = placeOf(tensor, number, files);
      if (place && means.every(Number.isFinite)) found[place.file]?.set(place.offset, means);
    }
  }
  return found;
}
