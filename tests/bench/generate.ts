import { open } from 'node:fs/promises';

const elementsPerTensor = 16 * 2 ** 20;
const quantiles = 2 ** 16;

/**
 * Writes a safetensors file of about `bytes` bytes: BF16 tensors of normally distributed numbers, each tensor with its
 * own spread, the same bytes for the same size. Trained weights are close to this, not equal: read the ratio as that of
 * generated numbers.
 */
export async function writeModel(path: string, bytes: number): Promise<void> {
  const tensors = Math.max(1, Math.round(bytes / (2 * elementsPerTensor)));
  const byteLength = 2 * elementsPerTensor;
  const table = Array.from({ length: tensors }, (_, index) => [
    `layers.${index}.weight`,
    { dtype: 'BF16', shape: [4096, 4096], data_offsets: [index * byteLength, (index + 1) * byteLength] },
  ]);
  const text = JSON.stringify(Object.fromEntries(table));
  const header = Buffer.from(text.padEnd(Math.ceil(text.length / 8) * 8));
  const length = Buffer.alloc(8);
  length.writeBigUInt64LE(BigInt(header.length));
  const file = await open(path, 'w');
  try {
    await file.writeFile(Buffer.concat([length, header]));
    const random = xorshift(0x2545f491);
    const elements = new Uint16Array(elementsPerTensor);
    for (let index = 0; index < tensors; index++) {
      const values = normalQuantiles(0.01 + 0.04 * ((index * 0.618) % 1));
      for (let at = 0; at < elements.length; at += 2) {
        const bits = random();
        elements[at] = values[bits & 0xffff]!;
        elements[at + 1] = values[bits >>> 16]!;
      }
      await file.writeFile(new Uint8Array(elements.buffer));
    }
  } finally {
    await file.close();
  }
}

/** Equally likely values of a normal distribution, as BF16 words; looking one up is faster than computing one. */
function normalQuantiles(spread: number): Uint16Array {
  const floats = Float32Array.from({ length: quantiles }, (_, index) => spread * probit((index + 0.5) / quantiles));
  const words = new Uint32Array(floats.buffer);
  return Uint16Array.from(words, (word) => (word + 0x7fff + ((word >>> 16) & 1)) >>> 16);
}

/**
 * Inverse of the normal distribution function: Abramowitz and Stegun 26.2.23, whose error of 4.5e-4 matters only to the
 * few values next to zero.
 */
function probit(probability: number): number {
  const tail = Math.min(probability, 1 - probability);
  const t = Math.sqrt(-2 * Math.log(tail));
  const value = t - (2.515517 + t * (0.802853 + t * 0.010328)) / (1 + t * (1.432788 + t * (0.189269 + t * 0.001308)));
  return probability < 0.5 ? -value : value;
}

function xorshift(seed: number): () => number {
  let state = seed;
  return () => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return state;
  };
}
