import { dtypes, type DType, byteLengthOf } from '../../src/engine/tensor/dtype.ts';
import { ggufFile, text, u32, u64 } from './gguf.ts';
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
  gguf: [
    {
      name: 'blob',
      bytes: ggufFile({
        pairs: [
          { key: 'general.architecture', type: 8, value: text('llama') },
          { key: 'tokens', type: 9, value: [...u32(8), ...u64(2), ...text('a'), ...text('b')] },
        ],
        tensors: [
          { name: 'token_embd.weight', shape: [2, 32], type: 2, offset: 0 },
          { name: 'norm', shape: [4], type: 0, offset: 64 },
        ],
        data: 96,
      }),
      tensors: ['token_embd.weight', 'norm'],
    },
  ],
  safetensors: [everyDtype(), { name: 'no-extension', bytes: safetensorsFile('{}'), tensors: [] }],
};
