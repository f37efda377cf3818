import { statfs } from 'node:fs/promises';
import { setTimeout } from 'node:timers/promises';
import { toFeatherweightError } from '../errors.ts';

/** Work waits for room on the drive of a folder. Told again as long as it does. */
export interface WaitingEvent {
  readonly type: 'waiting';
  readonly folder: string;
  readonly free: number;
  /** Bytes, with what shall stay free. */
  readonly needed: number;
}

export interface RoomWanted {
  readonly folder: string;
  /** What the work still takes; asked before each attempt. */
  readonly bytes: () => Promise<number>;
  /** Bytes that stay free; absent: 256 MiB, but at most a tenth of the drive. */
  readonly reserve: (() => number) | undefined;
  readonly pollMilliseconds: number;
  readonly signal: AbortSignal;
}

const usualReserve = 256 * 2 ** 20;
const mostPatience = 60_000;

/**
 * Does work that writes to a drive once there is room for it. Work that met a full disk all the same is tried again when there
 * is room, and less and less often where a quota keeps it from what seems free. Whatever else it throws is thrown.
 */
export async function* withRoom<Event, Result>(
  wanted: RoomWanted,
  work: () => AsyncGenerator<Event, Result>,
): AsyncGenerator<Event | WaitingEvent, Result> {
  const { bytes, pollMilliseconds, signal } = wanted;
  let patience = pollMilliseconds;
  for (;;) {
    for (;;) {
      const more = await bytes();
      const room = await roomFor(wanted, more);
      if (more === 0 || room.free >= room.needed) break;
      yield room;
      await setTimeout(pollMilliseconds, undefined, { signal });
    }
    try {
      return yield* work();
    } catch (error) {
      signal.throwIfAborted();
      if (toFeatherweightError(error).code !== 'DISK_FULL') throw error;
      yield await roomFor(wanted, await bytes());
      await setTimeout(patience, undefined, { signal });
      patience = Math.min(2 * patience, mostPatience);
    }
  }
}

async function roomFor({ folder, reserve }: RoomWanted, bytes: number): Promise<WaitingEvent> {
  const { bavail, blocks, bsize } = await statfs(folder);
  const kept = reserve?.() ?? Math.min(usualReserve, (blocks * bsize) / 10);
  return { type: 'waiting', folder, free: bavail * bsize, needed: Math.ceil(bytes + kept) };
}
