// `npm run bench [-- --size 1GiB] [bench options]`: the kernels, an evaluation, the window, then whole files, with
// machine facts; `--only differences` tells what fine-tunes of real models take (FEATHERWEIGHT_MODELS), `--only experts`
// what experts take that are alike, `--only large-fit [--folder PATH]` how long 110 million weights are fitted. Not part of the tests:
// figures are for reading, and hold for this machine and this run.
import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { parseBytes } from '../../src/cli/view/amounts.ts';
import { benchDifferences } from './differences.ts';
import { benchEvaluation } from './evaluation.ts';
import { benchExperts } from './experts.ts';
import { benchLargeFit } from './large-fit.ts';
import { benchWholeFile } from './whole-file.ts';

const { values } = parseArgs({
  options: {
    size: { type: 'string', default: '1GiB' },
    only: { type: 'string' },
    folder: { type: 'string' },
    rounds: { type: 'string', default: '3' },
    presets: { type: 'string', default: 'quick,balanced' },
    threads: { type: 'string' },
    peers: { type: 'boolean', default: false },
    slow: { type: 'boolean', default: false },
    json: { type: 'boolean', default: false },
  },
});

const wants = (part: string): boolean => values.only === undefined || values.only === part;

if (wants('kernels')) {
  const file = fileURLToPath(new URL('./kernels.ts', import.meta.url));
  const { status } = spawnSync(process.execPath, [file], { stdio: 'inherit' });
  if (status !== 0) process.exitCode = status ?? 1;
}

if (wants('evaluation')) await benchEvaluation(Number(values.rounds));

if (values.only === 'differences') await benchDifferences();

if (values.only === 'experts') await benchExperts();

if (values.only === 'large-fit') await benchLargeFit(values.folder);

if (wants('window')) {
  const { status } = spawnSync(
    process.execPath,
    [fileURLToPath(new URL('../../scripts/test-e2e.mjs', import.meta.url))],
    {
      stdio: 'inherit',
      env: { ...process.env, FEATHERWEIGHT_BENCH: 'window' },
    },
  );
  if (status !== 0) process.exitCode = status ?? 1;
}

if (wants('whole-file')) {
  const bytes = parseBytes(values.size);
  if (bytes === undefined) throw new Error(`--size "${values.size}": allowed are sizes such as 256MiB or 1GiB.`);
  await benchWholeFile(bytes, [
    ...['--rounds', values.rounds, '--presets', values.presets],
    ...(values.threads === undefined ? [] : ['--threads', values.threads]),
    ...(values.peers ? ['--peers'] : []),
    ...(values.slow ? ['--slow'] : []),
    ...(values.json ? ['--json'] : []),
  ]);
}
