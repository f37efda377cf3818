import { lstatSync, readdirSync } from 'node:fs';
import { join } from 'node:path';

const everyMilliseconds = 25;
const blockBytes = 512;

/** Bytes that a folder and all below it take on their disk, as `du` counts them. */
export function usedBytes(folder: string): number {
  let blocks = blocksOf(folder);
  const entries = ((): readonly string[] => {
    try {
      return readdirSync(folder, { recursive: true, encoding: 'utf8' });
    } catch {
      // It is not there yet, or something in it went while it was looked at.
      return [];
    }
  })();
  for (const name of entries) blocks += blocksOf(join(folder, name));
  return blocks * blockBytes;
}

function blocksOf(path: string): number {
  try {
    return lstatSync(path).blocks;
  } catch {
    return 0;
  }
}

/** Looks again and again at what a folder takes; `end` gives the most. */
export function watchUse(folder: string): { end(): number } {
  let most = usedBytes(folder);
  const look = (): void => {
    most = Math.max(most, usedBytes(folder));
  };
  const timer = setInterval(look, everyMilliseconds);
  return {
    end() {
      clearInterval(timer);
      look();
      return most;
    },
  };
}
