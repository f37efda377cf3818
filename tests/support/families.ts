import { bf16Bits, gaussians, streamOf } from './streams.ts';
import { headerText, safetensorsFile, type ExpectedTensor } from './safetensors.ts';

/** Two BF16 matrices, an F32 vector and the smallest of tensors; `count` weights in the first. */
export function baseModel(count: number, seed = 1): Uint8Array {
  return modelOf([
    ['first', 'BF16', streamOf(bf16Bits(gaussians(count, 0.02, seed))).bytes],
    ['second', 'BF16', streamOf(bf16Bits(gaussians(count >> 2, 0.05, seed + 1))).bytes],
    ['scale', 'F32', streamOf(Float32Array.from(gaussians(count >> 4, 1, seed + 2))).bytes],
    ['bias', 'F32', streamOf(Float32Array.from(gaussians(32, 1, seed + 3))).bytes],
  ]);
}

/** The model of {@link baseModel} with noise of this share of a layer's spread added to every BF16 weight. */
export function fineTune(count: number, noise: number, seed = 1, noiseSeed = 90): Uint8Array {
  const tuned = (weights: number, sigma: number, at: number): Uint8Array => {
    const kept = new Float32Array(
      Uint32Array.from(bf16Bits(gaussians(weights, sigma, at)), (bits) => bits << 16).buffer,
    );
    const change = gaussians(weights, noise * sigma, noiseSeed + at);
    return streamOf(bf16Bits(Float64Array.from(kept, (weight, place) => weight + change[place]!))).bytes;
  };
  return modelOf([
    ['first', 'BF16', tuned(count, 0.02, seed)],
    ['second', 'BF16', tuned(count >> 2, 0.05, seed + 1)],
    ['scale', 'F32', streamOf(Float32Array.from(gaussians(count >> 4, 1, seed + 2))).bytes],
    ['bias', 'F32', streamOf(Float32Array.from(gaussians(32, 1, seed + 3))).bytes],
  ]);
}

/** A safetensors file of vectors. */
export function modelOf(
  tensors: readonly (readonly [name: string, dtype: 'BF16' | 'F32', bytes: Uint8Array])[],
): Uint8Array {
  let end = 0;
  const expected = tensors.map(([name, dtype, { length }]): ExpectedTensor => {
    const begin = end;
    end += length;
    return { name, dtype, shape: [length / (dtype === 'F32' ? 4 : 2)], begin, end };
  });
  return safetensorsFile(headerText(expected), Buffer.concat(tensors.map(([, , bytes]) => bytes)));
}
