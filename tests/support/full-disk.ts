import { open, statfs } from 'node:fs/promises';

/** Writes a file that leaves not a block free on a drive, which must be small. */
export async function fillDrive(path: string, drive: string): Promise<void> {
  await using file = await open(path, 'w');
  for (let free = Infinity; free > 0;) {
    const { bavail, bsize } = await statfs(drive);
    free = bavail * bsize;
    const written = await file.write(Buffer.alloc(Math.min(free, 2 ** 22))).catch(() => undefined);
    if (written === undefined) return;
  }
}
