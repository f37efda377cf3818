import { basename, join } from 'node:path';
import type { JobRequest } from '../../contract/jobs.ts';
import { HostError } from '../../contract/errors.ts';
import type { Settings } from '../../contract/settings.ts';
import { archivePath } from '../../engine/index.ts';
import type { Access } from '../files/access.ts';
import type { JobQueue } from '../jobs/job-queue.ts';
import type { Handlers } from './handlers.ts';

interface JobParts {
  readonly queue: JobQueue;
  readonly access: Access;
  readonly settings: () => Settings;
  readonly remembered: () => Promise<void>;
}

/**
 * Starts, stops and lists jobs; every path of a request is checked before it is queued, and a job is answered for only once it
 * is `remembered`, so that no kill after that forgets it. Where an archive goes is decided here, once, so that settings that change
 * later make no second one.
 */
export function jobHandlers({
  queue,
  access,
  settings,
  remembered,
}: JobParts): Handlers<
  'jobs.start' | 'jobs.cancel' | 'jobs.list' | 'jobs.pause' | 'jobs.resume' | 'jobs.move' | 'jobs.remove' | 'jobs.retry'
> {
  return {
    'jobs.start': async (request) => {
      const job = queue.add(await checkPaths(inPlace(request, settings()), access));
      await remembered();
      return job;
    },
    'jobs.cancel': ({ id }) => ({ cancelled: queue.cancel(id) }),
    'jobs.list': () => [...queue.list()],
    'jobs.pause': ({ id, when = 'now' }) => ({ done: queue.pause(id, when) }),
    'jobs.resume': ({ id }) => ({ done: queue.resume(id) }),
    'jobs.move': ({ id, before }) => ({ done: queue.move(id, before) }),
    'jobs.remove': ({ id }) => ({ done: queue.remove(id) }),
    'jobs.retry': ({ id }) => {
      const job = queue.retry(id);
      if (job) return job;
      throw new HostError({ code: 'NOT_FOUND', message: 'There is no failed or cancelled job like that.' });
    },
  };
}

/** An archive that was given no place of its own goes where the settings have all of them. */
function inPlace(request: JobRequest, { outputPlace, outputFolder }: Settings): JobRequest {
  if (request.command !== 'compress' || request.output !== undefined) return request;
  if (outputPlace !== 'folder' || outputFolder === '') return request;
  return { ...request, output: join(outputFolder, basename(archivePath(request.input, request.approximate))) };
}

async function checkPaths(request: JobRequest, { check }: Access): Promise<JobRequest> {
  const bases = request.bases && { bases: await Promise.all(request.bases.map(check)) };
  switch (request.command) {
    case 'compress':
      return { ...request, ...bases, input: await check(request.input), ...(await checkOutput(request.output, check)) };
    case 'restore': {
      const archive = await check(request.archive);
      return { ...request, ...bases, archive, ...(await checkOutput(request.output, check)) };
    }
    case 'verify':
      return {
        ...request,
        ...bases,
        archive: await check(request.archive),
        ...(request.against === undefined ? {} : { against: await check(request.against) }),
      };
  }
}

async function checkOutput(output: string | undefined, check: Access['check']): Promise<{ readonly output?: string }> {
  return output === undefined ? {} : { output: await check(output) };
}
