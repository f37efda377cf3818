export const blockBytes = 1 << 20;

export type Weights = 'BF16' | 'F16' | 'F32' | 'U8';

/**
 * Weights as blocks of 1 MiB: Gaussian, eight tensors of different scale, the scale of each row of 1024 log-normal around
 * it; U8 is the same quantized to about four deviations. The same bytes at every call.
 */
export function weightBlocks(kind: Weights, megabytes: number): readonly Buffer[] {
  const width = { BF16: 2, F16: 2, F32: 4, U8: 1 }[kind];
  const perBlock = blockBytes / width;
  const next = normals(7);
  return Array.from({ length: megabytes }, (_, block) => {
    const scale = [0.01, 0.015, 0.02, 0.03, 0.05, 0.012, 0.025, 0.04][Math.floor((8 * block) / megabytes)] ?? 0.02;
    const values = new Float32Array(perBlock);
    let row = scale;
    for (let i = 0; i < perBlock; i++) {
      if (i % 1024 === 0) row = scale * Math.exp(0.25 * next());
      values[i] = row * next();
    }
    return Buffer.from(cast[kind](values, scale).buffer);
  });
}

const cast = {
  BF16: (values: Float32Array) =>
    Uint16Array.from(new Uint32Array(values.buffer), (word) => (word + 0x7fff + ((word >>> 16) & 1)) >>> 16),
  F16: (values: Float32Array) => Float16Array.from(values),
  F32: (values: Float32Array) => values,
  U8: (values: Float32Array, scale: number) =>
    Uint8Array.from(values, (value) => Math.max(0, Math.min(255, Math.round(128 + (32 * value) / scale)))),
} as const;

/** Standard normal numbers from a seed: sums of table draws would be faster, exactness matters more (polar method). */
function normals(seed: number): () => number {
  let state = seed;
  let spare: number | undefined;
  const uniform = () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
  return () => {
    if (spare !== undefined) {
      const value = spare;
      spare = undefined;
      return value;
    }
    for (;;) {
      const x = 2 * uniform() - 1;
      const y = 2 * uniform() - 1;
      const square = x * x + y * y;
      if (square >= 1 || square === 0) continue;
      const factor = Math.sqrt((-2 * Math.log(square)) / square);
      spare = y * factor;
      return x * factor;
    }
  };
}
