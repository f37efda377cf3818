import { headerText, safetensorsFile, type ExpectedTensor } from './safetensors.ts';
import { randomBytes, weights } from './streams.ts';

/** A safetensors file that takes every path: weights of several dtypes, constants, tiny and equal tensors, noise, integers. */
export function mixedModel(count = 3000, seed = 1): Uint8Array {
  const parts: { readonly name: string; readonly dtype: string; readonly bytes: Uint8Array; readonly width: number }[] =
    [];
  const add = (name: string, dtype: string, width: number, bytes: Uint8Array): void => {
    parts.push({ name, dtype, width, bytes });
  };
  for (const [dtype, width] of [
    ['BF16', 2],
    ['F16', 2],
    ['F32', 4],
    ['F64', 8],
  ] as const)
    add(`weights.${dtype}`, dtype, width, weights(dtype, count, seed).stream.bytes);
  add('again.BF16', 'BF16', 2, weights('BF16', count, seed).stream.bytes);
  add('zeros', 'F32', 4, new Uint8Array(count * 4));
  for (let tiny = 0; tiny < 8; tiny++) add(`tiny.${tiny}`, 'F32', 4, weights('F32', 40, seed + tiny).stream.bytes);
  add('positions', 'I64', 8, new Uint8Array(BigInt64Array.from({ length: 200 }, (_, at) => BigInt(at)).buffer));
  add('noise', 'U8', 1, randomBytes(count, seed));
  let end = 0;
  const tensors = parts.map(({ name, dtype, width, bytes }): ExpectedTensor => {
    const begin = end;
    end += bytes.length;
    return { name, dtype, shape: [bytes.length / width], begin, end };
  });
  return safetensorsFile(headerText(tensors, { format: 'pt' }), Buffer.concat(parts.map(({ bytes }) => bytes)));
}
