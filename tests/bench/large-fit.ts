import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { hundredMillion, writeLanguageModel, writeTokenTask } from '../support/language-model.ts';

const entry = fileURLToPath(new URL('../../scripts/fw.mjs', import.meta.url));
/** Windows that are learned from, and others to measure on. */
const [learned, measured] = [64, 32];

/**
 * Fits a made-up language model of 110 million weights into 8 % with 64 windows, and prints how long that took. `folder` keeps what
 * was learned, so that a run which was killed is gone on with; by default a new one that is removed.
 */
export async function benchLargeFit(folder?: string): Promise<void> {
  const place = folder ?? (await mkdtemp(join(tmpdir(), 'featherweight-bench-')));
  try {
    const input = await writeLanguageModel(place, hundredMillion);
    const task = await writeTokenTask(place, hundredMillion, learned + measured);
    const output = join(place, 'fitted.fwz');
    const start = performance.now();
    const asked = ['compress', input, '--fit', '8%', '--task', task, '--calibrate', String(learned)];
    const child = spawn(process.execPath, [entry, ...asked, '-o', output, '--force'], {
      stdio: 'inherit',
      env: { ...process.env, FEATHERWEIGHT_DATA: join(place, 'data') },
    });
    const [code] = (await once(child, 'close')) as [number | null];
    if (code !== 0) throw new Error(`The fit ended with ${code}.`);
    const seconds = (performance.now() - start) / 1000;
    console.log(`fitted into ${(await stat(output)).size} bytes in ${(seconds / 60).toFixed(1)} minutes`);
  } finally {
    if (folder === undefined) await rm(place, { recursive: true, force: true });
  }
}
