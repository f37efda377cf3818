import { mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { compress } from '../../src/engine/index.ts';
import { context, finish } from '../support/jobs.ts';
import { corpusPath } from '../support/models.ts';
import { bf16Bits, gaussians } from '../support/streams.ts';

interface Entry {
  readonly dtype: string;
  readonly data_offsets: readonly [number, number];
}

/**
 * Simulates fine-tunes of real BF16 weights, and prints whole archives as differences to the base in per cent of the tuned file; then
 * the same of a real model's next version. Every archive is proved by being made.
 */
export async function benchDifferences(): Promise<void> {
  const base = corpusPath('super-resolution', 'esrgan-thick-x4.bf16.safetensors');
  const weights = await readFile(base);
  const folder = await mkdtemp(join(tmpdir(), 'featherweight-differences-'));
  const tuned = join(folder, 'tuned.safetensors');
  const archive = async (input: string, ...bases: string[]): Promise<string> => {
    const { report } = await finish(
      compress({ input, output: join(folder, 'm.fwz'), bases, overwrite: true }, context()),
    );
    return `${((100 * report.bytesOut) / (await stat(input)).size).toFixed(2)} %`;
  };
  try {
    console.log(`${base}: alone ${await archive(base)}`);
    for (const noise of [1e-4, 1e-3, 1e-2])
      for (const isAdded of [true, false]) {
        await writeFile(tuned, withNoise(weights, noise, isAdded));
        const how = isAdded ? "added, relative to a tensor's spread" : 'multiplied to each weight';
        console.log(`noise ${noise}, ${how}: ${await archive(tuned, base)}`);
      }
    const [older, newer] = ['v5', 'v6'].map((version) => corpusPath('vad', `silero_vad_${version}.onnx`));
    if (older === undefined || newer === undefined) return;
    console.log(`${newer}: alone ${await archive(newer)}, as a difference to ${older} ${await archive(newer, older)}`);
  } finally {
    await rm(folder, { recursive: true });
  }
}

/** A safetensors file with normally distributed noise in each BF16 weight. */
function withNoise(file: Uint8Array, noise: number, isAdded: boolean): Uint8Array {
  const result = Uint8Array.from(file);
  const length = Number(new DataView(file.buffer, file.byteOffset).getBigUint64(0, true));
  const header = JSON.parse(new TextDecoder().decode(file.subarray(8, 8 + length))) as Record<string, Entry>;
  Object.entries(header).forEach(([name, { dtype, data_offsets: offsets }], seed) => {
    if (name === '__metadata__' || dtype !== 'BF16') return;
    const bytes = result.slice(8 + length + offsets[0], 8 + length + offsets[1]);
    const before = new Float32Array(Uint32Array.from(new Uint16Array(bytes.buffer), (bits) => bits << 16).buffer);
    const spread = Math.sqrt(before.reduce((sum, weight) => sum + weight * weight, 0) / before.length);
    const change = gaussians(before.length, noise, seed + 1);
    const after = Float64Array.from(before, (weight, at) => weight + (change[at] ?? 0) * (isAdded ? spread : weight));
    result.set(new Uint8Array(bf16Bits(after).buffer), 8 + length + offsets[0]);
  });
  return result;
}
