import { setTimeout } from 'node:timers/promises';

const quietMilliseconds = 30_000;

/** Waits until something below `roots` has changed and then nothing has for 30 seconds. Rejects when `signal` aborts. */
export async function settled(roots: readonly string[], signal: AbortSignal): Promise<void> {
  const { watch } = await import('chokidar');
  const watcher = watch([...roots], { ignoreInitial: true, ignored: /\.(fwz|partial|jsonl)$/ });
  let changed: number | undefined;
  watcher.on('all', () => {
    changed = performance.now();
  });
  try {
    while (changed === undefined || performance.now() - changed < quietMilliseconds)
      await setTimeout(1000, undefined, { signal });
  } finally {
    await watcher.close();
  }
}
