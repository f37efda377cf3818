import { CancelledError, FeatherweightError, fromErrorData } from '../../engine/errors.ts';
import type { SpawnEvaluation, TaskName, Tasks } from './protocol.ts';

/** A result, and the most memory that its process had resident. */
export interface TaskResult<Name extends TaskName> {
  readonly result: Tasks[Name]['result'];
  readonly peakRssBytes: number;
}

/**
 * Does one task in a process of its own. Throws what the task throws, CANCELLED as soon as `signal` says so, and INTERNAL
 * with the process's last words when it dies by itself.
 */
export function runTask<Name extends TaskName>(
  spawn: SpawnEvaluation,
  task: Name,
  request: Tasks[Name]['request'],
  options: {
    readonly signal: AbortSignal;
    readonly onProgress: (phase: string, done: number, total: number) => void;
  },
): Promise<TaskResult<Name>> {
  const { signal, onProgress } = options;
  return new Promise((resolve, reject) => {
    if (signal.aborted) {
      reject(new CancelledError());
      return;
    }
    const child = spawn();
    const stop = (): void => {
      child.kill();
      reject(new CancelledError());
    };
    signal.addEventListener('abort', stop, { once: true });
    child.onMessage((reply) => {
      switch (reply.type) {
        case 'progress':
          onProgress(reply.phase, reply.done, reply.total);
          break;
        case 'done':
          resolve({ result: reply.result as Tasks[Name]['result'], peakRssBytes: reply.peakRssBytes });
          break;
        case 'failed':
          reject(fromErrorData(reply.error));
      }
    });
    child.onExit((how) => {
      signal.removeEventListener('abort', stop);
      reject(
        new FeatherweightError('INTERNAL', `The process that runs models ended by itself (${how}).`, {
          facts: { task, how },
        }),
      );
    });
    child.post({ task, request });
  });
}
