import { mkdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { baseModel, fineTune } from './families.ts';
import { mixedModel } from './mixed-model.ts';
import { randomBytes } from './streams.ts';

/**
 * Writes a zoo: a family of a base and two fine-tunes, the checkpoints of a run, a copy, noise, texts, a broken file, and
 * `more` other models of different sizes.
 */
export async function writeZoo(root: string, more = 3): Promise<void> {
  const weights = 40_000;
  const run = [1e-3, 2e-3, 3e-3, 4e-3].map((noise, step) => [
    `run/checkpoint-${100 * (step + 1)}.safetensors`,
    fineTune(weights, noise, 50, 60),
  ]);
  const others = Array.from({ length: more }, (_, at) => [
    `other/model ${at}.safetensors`,
    mixedModel(500 + 37 * at, at + 1),
  ]);
  const files = Object.fromEntries<Uint8Array | string>([
    ['family/base.safetensors', baseModel(weights)],
    ['family/tuned/model.safetensors', fineTune(weights, 1e-3)],
    ['family/tuned/config.json', '{"architectures":["Llama"]}'],
    ['family/other.safetensors', fineTune(weights, 1e-2, 1, 33)],
    ['copies/copy of base.safetensors', baseModel(weights)],
    ['dense/noise.bin', randomBytes(50_000)],
    ['broken/cut.safetensors', baseModel(2000).subarray(0, 3000)],
    ['notes.txt', 'nothing to do with it'],
    ...(run as [string, Uint8Array][]),
    ...(others as [string, Uint8Array][]),
  ]);
  for (const [name, content] of Object.entries(files)) {
    await mkdir(dirname(join(root, name)), { recursive: true });
    await writeFile(join(root, name), content);
  }
}
