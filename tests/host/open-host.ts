import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Job, JobRequest } from '../../src/contract/jobs.ts';
import type { Engine } from '../../src/host/engine.ts';
import { createHost, type HostOptions, type RunningHost } from '../../src/host/host.ts';
import { standInEngine } from './stand-in-engine.ts';

export interface TestHost extends AsyncDisposable {
  readonly host: RunningHost;
  /** An allowed folder with `model.safetensors` in it. */
  readonly models: string;
  /** A folder beside it that is not allowed, with `secret.txt` in it. */
  readonly outside: string;
  readonly dataFolder: string;
}

/** A host over a stand-in engine and temporary folders, all gone when it is disposed. */
export async function openHost({
  engine = standInEngine,
  spawnWorker = () => {
    throw new Error('The stand-in engine needs no threads.');
  },
  spawnEvaluation,
}: Partial<Pick<HostOptions, 'spawnWorker' | 'spawnEvaluation'>> & {
  readonly engine?: Engine;
} = {}): Promise<TestHost> {
  const folder = await mkdtemp(join(tmpdir(), 'featherweight-host-'));
  const [models, outside, dataFolder] = [join(folder, 'models'), join(folder, 'outside'), join(folder, 'data')];
  await mkdir(models);
  await mkdir(outside);
  await writeFile(join(models, 'model.safetensors'), 'x'.repeat(1000));
  await writeFile(join(outside, 'secret.txt'), 'secret');
  const host = await createHost({
    engine,
    ...{ spawnWorker, spawnEvaluation },
    ...{ version: '0.0.0', roots: [models], dataFolder, remember: true },
    sample: join(models, 'model.safetensors'),
    milliseconds: { poll: 20 },
  });
  return {
    ...{ host, models, outside, dataFolder },
    async [Symbol.asyncDispose]() {
      await host.close();
      await rm(folder, { recursive: true, force: true });
    },
  };
}

/** Starts a job; as it is when it is done. Rejects with the words that it failed with. */
export async function jobOf(host: RunningHost, request: JobRequest): Promise<Job> {
  const ended = new Promise<Job>((resolve, reject) => {
    const stop = host.on('job.changed', (job) => {
      if (job.state !== 'done' && job.state !== 'failed') return;
      stop();
      if (job.state === 'done') resolve(job);
      else reject(new Error(job.error?.message));
    });
  });
  await host.call('jobs.start', request);
  return ended;
}
