import { dtypes, type DType, byteLengthOf } from '../../src/engine/tensor/dtype.ts';
import { headerText, safetensorsFile } from './safetensors.ts';

/** A small valid file that the contract suite of the formats cuts, flips and overwrites. */
export interface FormatSample {
  readonly name: string;
  readonly bytes: Uint8Array;
  /** The names of the tensors in it. */
  readonly tensors: readonly string[];
}

function everyDtype(): FormatSample {
  let end = 0;
  const tensors = (Object.keys(dtypes) as DType[]).map((dtype) => {
    const begin = end;
    end += byteLengthOf(dtype, [2, 4]) ?? 0;
    return { name: `layer.${dtype}`, dtype, shape: [2, 4], begin, end };
  });
  return {
    name: 'model.safetensors',
    bytes: safetensorsFile(headerText(tensors, { format: 'pt' }), end),
    tensors: tensors.map(({ name }) => name),
  };
}

/** Samples of every format of the catalog, by its id; a format without one fails the contract suite. */
export const formatSamples: Readonly<Record<string, readonly FormatSample[]>> = {
  bytes: [{ name: 'notes.txt', bytes: new TextEncoder().encode('plain text'), tensors: [] }],
  safetensors: [everyDtype(), { name: 'no-extension', bytes: safetensorsFile('{}'), tensors: [] }],
};
