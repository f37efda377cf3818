import type { Worker } from 'node:worker_threads';
import { Thread } from './thread.ts';

/** How long threads wait for another job, in milliseconds, with their memory. */
const patience = 10_000;

const idle = new WeakMap<() => Worker, Thread[]>();

function restingOf(spawn: () => Worker): Thread[] {
  const resting = idle.get(spawn) ?? [];
  idle.set(spawn, resting);
  return resting;
}

/**
 * Takes a thread that an earlier job left, or starts one. Threads are kept for the next job because starting one costs more
 * than coding some megabytes, and because V8 has been seen to abort when threads with WebAssembly code come and go quickly
 * ("Check failed: jit_page.has_value()", nodejs/node#64500).
 */
export function takeThread(spawn: () => Worker): Thread {
  const resting = restingOf(spawn);
  for (let rested = resting.pop(); rested; rested = resting.pop()) {
    if (!rested.isUsable) continue;
    rested.wake();
    return rested;
  }
  return new Thread(spawn());
}

/**
 * Starts threads for a job that will come, while the program still loads, and has them load the codecs. They do not keep the
 * process alive.
 */
export function startThreadsAhead(spawn: () => Worker, count: number): void {
  const resting = restingOf(spawn);
  for (let started = 0; started < count; started++) {
    const thread = new Thread(spawn());
    thread.load();
    thread.rest();
    resting.push(thread);
  }
}

/** Leaves threads to the next job that starts within some seconds; those that are still busy, or dead, are stopped. */
export async function leaveThreads(spawn: () => Worker, threads: readonly Thread[]): Promise<void> {
  const resting = restingOf(spawn);
  for (const thread of threads) {
    if (!thread.isUsable) {
      await thread[Symbol.asyncDispose]();
      continue;
    }
    thread.rest();
    resting.push(thread);
    setTimeout(() => void dismiss(resting, thread), patience).unref();
  }
}

async function dismiss(resting: Thread[], thread: Thread): Promise<void> {
  const place = resting.indexOf(thread);
  // Taken by another job meanwhile; that one will leave it again.
  if (place < 0) return;
  resting.splice(place, 1);
  await thread[Symbol.asyncDispose]();
}
