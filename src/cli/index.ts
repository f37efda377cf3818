#!/usr/bin/env node
import packageJson from '../../package.json' with { type: 'json' };
import * as engine from '../engine/index.ts';
import { spawnEvaluation } from '../host/spawn-evaluation.ts';
import { spawnWorker } from '../host/spawn-worker.ts';
import { run } from './run.ts';

const { version } = packageJson;

// Setting the code instead of exiting lets pipes drain.
process.exitCode = await run(process.argv.slice(2), {
  version,
  engine,
  spawnWorker,
  spawnEvaluation,
  async startServer(options) {
    const { startServer } = await import('../server/server.ts');
    return startServer({ ...options, engine, spawnWorker, spawnEvaluation, version });
  },
});
