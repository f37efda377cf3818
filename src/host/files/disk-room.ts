import { statfs } from 'node:fs/promises';
import { dirname } from 'node:path';

const leastReserve = 5e9;
const reserveShare = 0.02;

/** Room on the drive of a folder, in bytes. */
export interface DriveRoom {
  readonly free: number;
  /** What work leaves free. */
  readonly reserve: number;
}

/**
 * What is free on the drive of `folder`, or of the nearest folder above it that exists, and what shall stay free:
 * `reserveBytes`, or where that is 0 the larger of 5 GB and 2 % of the drive, but never more than a tenth of it.
 */
export async function driveRoom(folder: string, reserveBytes: number): Promise<DriveRoom> {
  const { bavail, blocks, bsize } = await statfsAbove(folder);
  const size = blocks * bsize;
  const usual = Math.min(Math.max(leastReserve, reserveShare * size), size / 10);
  return { free: bavail * bsize, reserve: reserveBytes === 0 ? Math.round(usual) : reserveBytes };
}

async function statfsAbove(folder: string): Promise<{ bavail: number; blocks: number; bsize: number }> {
  try {
    return await statfs(folder);
  } catch (error) {
    const above = dirname(folder);
    if (above === folder) throw error;
    return statfsAbove(above);
  }
}
