import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { compress, restore } from '../../src/engine/index.ts';
import { context, finish } from '../support/jobs.ts';
import { mixtureOfExperts, stackedExperts, underUntellingNames } from '../support/mixture.ts';

const shape = { experts: 4, hidden: 256, intermediate: 384 };
const noises = [undefined, 0, 1e-4, 1e-3, 1e-2, 0.1];
const ways = [
  ['exactly', {}],
  ['on a grid', { approximate: { default: { method: 'grid' } } }],
  ['on one grid', { approximate: { default: { method: 'grid', options: { scale: 'tensor', step: 0.008 } } } }],
] as const;

/**
 * Prints what four experts take in per cent of BF16, all like the first one but for the order of their neurons and noise, or
 * unlike: as tensors of their own, as slices with gate and up in one tensor, and under names that do not tell that they are experts;
 * exactly, and rounded to grids. Each archive is restored.
 */
export async function benchExperts(): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), 'featherweight-bench-'));
  const [input, archive, output] = [join(folder, 'model.safetensors'), join(folder, 'model.fwz'), join(folder, 'back')];
  try {
    for (const noise of noises) {
      const mixture = { ...shape, ...(noise !== undefined && { noise }) };
      const own = mixtureOfExperts(mixture);
      const files = [own, stackedExperts(mixture, 'halves'), underUntellingNames(own)];
      for (const [words, options] of ways) {
        const shares: string[] = [];
        for (const file of files) {
          await writeFile(input, file);
          const asked = { input, output: archive, overwrite: true, preset: 'smallest', ...options } as const;
          const { report } = await finish(compress(asked, context()));
          await finish(restore({ archive, output, overwrite: true }, context()));
          shares.push(`${((100 * report.bytesOut) / file.length).toFixed(2)} %`);
        }
        const [apart, stacked, unknown] = shares;
        console.log(`noise ${noise ?? 'alone'}, ${words}: ${apart}, stacked ${stacked}, unknown ${unknown}`);
      }
    }
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}
