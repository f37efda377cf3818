import { stat } from 'node:fs/promises';
import type { JobRequest } from '../../contract/jobs.ts';
import type { Settings } from '../../contract/settings.ts';
import {
  archivePath,
  discardLeftover,
  discardRestored,
  type EngineContext,
  type JobEvent,
} from '../../engine/index.ts';
import type { Engine } from '../engine.ts';

type CompressJob = Extract<JobRequest, { command: 'compress' }>;

/** What a request leaves open is as the settings say; its output was decided when it was asked for. */
export function withSettings(request: JobRequest, { memoryBytes, threads, defaultPreset }: Settings): JobRequest {
  const common = { memoryBytes, ...(threads === 'auto' ? {} : { threads }) };
  return request.command === 'compress' ? { ...common, preset: defaultPreset, ...request } : { ...common, ...request };
}

export function startJob(engine: Engine, request: JobRequest, context: EngineContext): AsyncIterable<JobEvent> {
  switch (request.command) {
    case 'compress':
      return engine.compress(request, context);
    case 'restore':
      return engine.restore(request, context);
    case 'verify':
      return engine.verify(request, context);
  }
}

/**
 * Goes on with a job of an earlier start. Where that ended between giving the archive its name and writing down that it had,
 * the archive is there: once it is proved to be this original's, it is made again, which gives the same bytes.
 */
export async function* goOnWithJob(
  engine: Engine,
  request: JobRequest,
  context: EngineContext,
): AsyncGenerator<JobEvent, void, undefined> {
  const isDone = request.command === 'compress' && (await isMade(request, engine, context));
  yield* startJob(engine, isDone ? { ...request, overwrite: true } : request, context);
}

async function isMade(request: CompressJob, engine: Engine, context: EngineContext): Promise<boolean> {
  const { input: against, bases } = request;
  const archive = outputOf(request);
  if (!(await isThere(archive))) return false;
  try {
    for await (const { type } of engine.verify({ archive, against, bases }, context))
      if (type === 'finished') return true;
  } catch {
    context.signal?.throwIfAborted();
  }
  return false;
}

/** Removes what an unfinished job has written. */
export async function discardWork(request: JobRequest): Promise<void> {
  if (request.command === 'compress') await discardLeftover(outputOf(request));
  if (request.command === 'restore') await discardRestored(request);
}

function outputOf(request: CompressJob): string {
  return request.output ?? archivePath(request.input, request.approximate);
}

function isThere(path: string): Promise<boolean> {
  return stat(path).then(
    () => true,
    () => false,
  );
}
