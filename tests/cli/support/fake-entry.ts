// The command line over an engine that does what its input's name says: `code-DISK_FULL` fails like that, `slow` goes on
// until it is stopped, anything else finishes. For failures that no test can bring about honestly.
import { setTimeout as sleep } from 'node:timers/promises';
import { run } from '../../../src/cli/run.ts';
import type { Engine } from '../../../src/host/engine.ts';
import {
  CancelledError,
  type CompressReport,
  type ErrorCode,
  FeatherweightError,
  type JobEvent,
} from '../../../src/engine/index.ts';

const report: CompressReport = {
  command: 'compress',
  input: 'plain',
  output: 'plain.fwz',
  bytesIn: 1000,
  bytesOut: 700,
  preset: 'balanced',
  sha256: 'ab'.repeat(32),
  files: [],
  tensors: [],
  bytes: { tensors: 600, other: 60, frame: 40 },
  proof: 'bytes',
  seconds: { compress: 0.5, total: 0.5 },
  peakRssBytes: 1e8,
  threads: 1,
  memoryBytes: 1e9,
  machine: { cpu: 'test', cores: 1, memoryBytes: 1, platform: 'test', node: 'v24', engine: '0' },
  notices: [],
};

async function* compress(
  { input }: { readonly input: string },
  { signal }: { readonly signal?: AbortSignal | undefined },
): AsyncGenerator<JobEvent<CompressReport>> {
  const code = /code-([A-Z_]+)/.exec(input)?.[1] as ErrorCode | undefined;
  yield { type: 'started', command: 'compress', name: input, bytesTotal: 1000 };
  if (code !== undefined) throw new FeatherweightError(code, `As asked: ${input}\u202e`);
  const steps = input.includes('slow') ? 100_000 : 200;
  for (let step = 0; step <= steps; step++) {
    if (signal?.aborted === true) {
      if (input.includes('stubborn')) await sleep(60_000);
      throw new CancelledError();
    }
    const bytesDone = (1000 * step) / steps;
    const progress = { type: 'progress', bytesDone, bytesTotal: 1000, bytesOut: bytesDone / 2, rate: 1e6 } as const;
    yield { ...progress, phase: 'compress' };
    yield { ...progress, phase: 'prove' };
    if (steps > 1000) await sleep(1);
  }
  yield { type: 'notice', message: 'one \u001b[31mnotice' };
  yield { type: 'finished', report: { ...report, input, output: `${input}.fwz` } };
}

const engine: Engine = {
  compress,
  restore: () => Promise.reject(new Error('not in this engine')) as never,
  verify: () => Promise.reject(new Error('not in this engine')) as never,
  inspect: () => Promise.reject(new Error('not in this engine')),
  estimate: () => Promise.reject(new Error('not in this engine')),
  look: () => Promise.reject(new Error('not in this engine')),
  listCatalog: () => Promise.reject(new Error('not in this engine')),
};

process.exitCode = await run(process.argv.slice(2), {
  version: '0.0.0-test',
  engine,
  spawnWorker: () => {
    throw new Error('no worker here');
  },
});
