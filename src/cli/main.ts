import packageJson from '../../package.json' with { type: 'json' };
import * as engine from '../engine/index.ts';
import { spawnEvaluation } from '../host/threads/spawn-evaluation.ts';
import { spawnWorker } from '../host/threads/spawn-worker.ts';
import { run } from './run.ts';

const { version } = packageJson;

/** Runs one command line (without the program's own name) to its end and returns the exit code; never throws. */
export function main(words: readonly string[]): Promise<number> {
  return run(words, {
    version,
    engine,
    spawnWorker,
    spawnEvaluation,
    async startServer(options) {
      const { startServer } = await import('../server/server.ts');
      return startServer({ ...options, engine, spawnWorker, spawnEvaluation, version });
    },
  });
}
