import { Worker } from 'node:worker_threads';
import type { EngineContext, JobEvent } from '../../src/engine/index.ts';

/** Threads straight from the source, as the engine's shells would hand them in. */
export function context(signal?: AbortSignal): EngineContext {
  return { spawnWorker: () => new Worker(new URL('../../src/engine/workers/worker.ts', import.meta.url)), signal };
}

/** Runs a job to its end; its events and its report. */
export async function finish<Report>(
  job: AsyncGenerator<JobEvent<Report>>,
): Promise<{ readonly report: Report; readonly events: readonly JobEvent<Report>[] }> {
  const events: JobEvent<Report>[] = [];
  for await (const event of job) events.push(event);
  const last = events.at(-1);
  if (last?.type !== 'finished') throw new Error('The job did not end with its report.');
  return { report: last.report, events };
}
