// The command line from source: the same as src/cli/main.ts, with worker threads that run from source as well.
import { fileURLToPath } from 'node:url';
import { Worker } from 'node:worker_threads';
import * as engine from '../../../src/engine/index.ts';
import { forkEvaluation } from '../../../src/evaluation/index.ts';
import { run } from '../../../src/cli/run.ts';

process.exitCode = await run(process.argv.slice(2), {
  version: '0.0.0-test',
  engine,
  spawnEvaluation: () =>
    forkEvaluation(fileURLToPath(new URL('../../../src/evaluation/process/entry.ts', import.meta.url))),
  spawnWorker: () => new Worker(new URL('../../../src/engine/workers/worker.ts', import.meta.url)),
});
