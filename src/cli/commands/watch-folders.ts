import { resolve, sep } from 'node:path';
import { setTimeout } from 'node:timers/promises';

/** Notices changes below some folders, from when it was opened. */
export interface FolderWatch extends AsyncDisposable {
  /** Waits until something has changed since this resolved last, and then nothing has for a while. Rejects when `signal` aborts. */
  settled(signal: AbortSignal): Promise<void>;
}

/** Watches `roots`, but for what lies in `output`, which may be one of their folders. */
export async function watchFolders(
  roots: readonly string[],
  output: string,
  { quiet, poll } = { quiet: 30_000, poll: 1000 },
): Promise<FolderWatch> {
  const { watch } = await import('chokidar');
  const own = resolve(output);
  const ignored = (path: string) => `${resolve(path)}${sep}`.startsWith(`${own}${sep}`) || path.endsWith('.fwz');
  const watcher = watch([...roots], { ignoreInitial: true, ignored });
  let changed: number | undefined;
  watcher.on('all', () => (changed = performance.now()));
  await new Promise<void>((ready, failed) => watcher.once('ready', ready).once('error', failed));
  return {
    async settled(signal) {
      while (changed === undefined || performance.now() - changed < quiet)
        await setTimeout(Math.min(poll, quiet), undefined, { signal });
      changed = undefined;
    },
    [Symbol.asyncDispose]: () => watcher.close(),
  };
}
