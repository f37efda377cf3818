import startThread from '../../engine/workers/worker.ts?nodeWorker';
import type { Worker } from 'node:worker_threads';

/**
 * Starts one coding thread from the bundle. The only file that uses a bundler-only import, so it cannot be loaded from
 * source: whoever runs from source passes a spawner of its own.
 */
export function spawnWorker(): Worker {
  return startThread({});
}
