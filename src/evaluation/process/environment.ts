import { availableParallelism } from 'node:os';

/** Node has as many where nothing tells otherwise. */
const mostReaders = 4;

/**
 * The environment of the process that models run in: files are read and decoded by as many threads as leave a core to the one that
 * loads models, since nothing goes on until they are.
 */
export function evaluationEnvironment(): NodeJS.ProcessEnv {
  const readers = Math.min(mostReaders, Math.max(1, availableParallelism() - 1));
  return { ...process.env, UV_THREADPOOL_SIZE: String(readers) };
}
