import { stat } from 'node:fs/promises';
import { dirname } from 'node:path';
import type { DiskRoom, JobRequest } from '../../contract/jobs.ts';
import { archivePath, restoredBytes, type EngineContext } from '../../engine/index.ts';
import { driveRoom } from '../files/disk-room.ts';
import type { Engine } from '../engine.ts';

/** More than an archive can be larger than its model. */
const mostFrameBytes = 2 ** 20;

/** Where a request writes, and how much at most; nothing for one that writes nothing. */
export interface SpaceNeeded {
  readonly folder: string;
  readonly bytes: number;
}

/** What a job will take on a drive. Codes a small sample where the model itself would not fit. */
export async function spaceNeeded(
  request: JobRequest,
  engine: Engine,
  context: EngineContext,
  reserveBytes: number,
): Promise<SpaceNeeded | undefined> {
  if (request.command === 'verify') return undefined;
  const input = request.command === 'compress' ? request.input : request.archive;
  const folder = dirname(request.output ?? input);
  const { bytes } = await engine.inspect({ path: input });
  if (request.command === 'restore') {
    const written = await restoredBytes(request).catch(() => 0);
    return { folder, bytes: request.tensor === undefined ? Math.max(0, bytes - written) : 0 };
  }
  const partial = await stat(`${request.output ?? archivePath(input, request.approximate)}.partial`).then(
    ({ size }) => size,
    () => 0,
  );
  const { free, reserve } = await driveRoom(folder, reserveBytes);
  if (free - reserve >= bytes + mostFrameBytes) return { folder, bytes: Math.max(0, bytes + mostFrameBytes - partial) };
  const presets = [request.preset ?? 'balanced'] as const;
  const estimate = await engine.estimate({ input, presets, seconds: 0 }, context);
  const high = Math.max(0, ...estimate.presets.map((preset) => preset.high));
  return { folder, bytes: Math.max(0, high - partial) };
}

/** What is missing for work that needs `bytes` more; nothing while there is enough. `needed` counts the reserve. */
export async function missingRoom(needed: SpaceNeeded, reserveBytes: number): Promise<DiskRoom | undefined> {
  const { free, reserve } = await driveRoom(needed.folder, reserveBytes);
  const all = needed.bytes + reserve;
  return free >= all ? undefined : { folder: needed.folder, free, needed: all };
}
