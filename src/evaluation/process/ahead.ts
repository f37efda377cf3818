import type { EvaluationProcess, SpawnEvaluation } from './protocol.ts';

/**
 * Starts a process now, so that it is ready when the first task is given to one; tasks after it get new ones. Disposing ends
 * the process if no task was.
 */
export function spawnAhead(spawn: SpawnEvaluation): { readonly spawn: SpawnEvaluation } & Disposable {
  let ready: EvaluationProcess | undefined = watched(spawn());
  return {
    spawn() {
      const child = ready ?? spawn();
      ready = undefined;
      return child;
    },
    [Symbol.dispose]: () => ready?.kill(),
  };
}

/** A process of which even a late listener is told that it ended. */
function watched(child: EvaluationProcess): EvaluationProcess {
  let end: string | undefined;
  let listener: ((how: string) => void) | undefined;
  child.onExit((how) => {
    end = how;
    listener?.(how);
  });
  return {
    post: (message) => child.post(message),
    onMessage: (each) => child.onMessage(each),
    onExit(each) {
      listener = each;
      if (end !== undefined) each(end);
    },
    kill: () => child.kill(),
  };
}
