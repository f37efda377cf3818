import { readFile, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { compress, restore } from '../../src/engine/index.ts';
import { context, finish } from '../support/jobs.ts';
import { mixtureOfExperts, underUntellingNames } from '../support/mixture.ts';

const shape = { experts: 4, hidden: 256, intermediate: 384 };
const noises = [undefined, 0, 1e-3, 1e-2, 0.1];
/** Lines of the grid, for weights whose spread is 0.02. */
const step = 0.008;

/**
 * Prints what four experts take in per cent of BF16, all like the first one but for the order of their neurons and noise, or
 * unlike: as they are, and rounded to one grid; with what they have in common, and under names that do not tell that they are
 * experts.
 */
export async function benchExperts(): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), 'featherweight-bench-'));
  try {
    const path = (name: string): string => join(folder, name);
    const sizes = async (file: Uint8Array): Promise<string> => {
      const shares: string[] = [];
      for (const bytes of [file, underUntellingNames(file)]) {
        await writeFile(path('model.safetensors'), bytes);
        const asked = { input: path('model.safetensors'), output: path('model.fwz'), overwrite: true };
        const { report } = await finish(compress({ ...asked, preset: 'smallest' }, context()));
        shares.push(`${((100 * report.bytesOut) / bytes.length).toFixed(2)} %`);
      }
      return shares.join(', unknown ');
    };
    for (const noise of noises) {
      const file = mixtureOfExperts({ ...shape, ...(noise !== undefined && { noise }) });
      await writeFile(path('original.safetensors'), file);
      const approximate = { default: { method: 'grid', options: { scale: 'tensor', step } } };
      const [archive, output] = [path('rounded.fwz'), path('rounded.safetensors')];
      const asked = { input: path('original.safetensors'), output: archive, approximate, overwrite: true };
      await finish(compress(asked, context()));
      await finish(restore({ archive, output, overwrite: true }, context()));
      const rounded = await sizes(await readFile(output));
      console.log(`experts with noise ${noise ?? 'alone'}: ${await sizes(file)}; on a grid ${rounded}`);
    }
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}
