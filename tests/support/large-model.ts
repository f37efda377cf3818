import { headerText, safetensorsFile } from './safetensors.ts';
import { randomBytes, weights } from './streams.ts';

/** A safetensors file of some `megabytes` of BF16 weights in tensors of 3 MiB, a few of them equal, with small ones between. */
export function largeModel(megabytes: number, seed = 1): Uint8Array {
  const base = weights('BF16', 3 * 2 ** 19, seed).stream.bytes;
  const parts: { readonly name: string; readonly dtype: string; readonly bytes: Uint8Array }[] = [];
  for (let layer = 0; layer * 3 < megabytes; layer++) {
    // Another exponent makes other bytes of the same numbers; every seventh layer repeats the first.
    const words = new Uint16Array(new Uint8Array(base).buffer).map((word) => word + (layer % 7) * 128 + (layer >> 3));
    parts.push({ name: `layer.${layer}.weight`, dtype: 'BF16', bytes: new Uint8Array(words.buffer) });
    parts.push({ name: `layer.${layer}.bias`, dtype: 'U8', bytes: randomBytes(700, seed + layer) });
  }
  let end = 0;
  const tensors = parts.map(({ name, dtype, bytes }) => {
    const begin = end;
    end += bytes.length;
    return { name, dtype, shape: [bytes.length / (dtype === 'U8' ? 1 : 2)], begin, end };
  });
  return safetensorsFile(headerText(tensors), Buffer.concat(parts.map(({ bytes }) => bytes)));
}
