import { randomUUID } from 'node:crypto';
import { createWriteStream } from 'node:fs';
import { mkdir, rename, rm, statfs } from 'node:fs/promises';
import { join } from 'node:path';
import { Readable, Transform } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import type { ReadableStream } from 'node:stream/web';
import { HostError } from '../contract/errors.ts';
import { safeFileName } from './file-name.ts';
import { markStreamed } from './spool.ts';

/** Room that a dropped file must leave on the disk. */
const bytesLeftFree = 256 * 2 ** 20;

export interface Upload {
  readonly name: string;
  readonly bytes: number;
  readonly body: ReadableStream | null;
}

/**
 * Writes a dropped file, whose place on the disk a browser does not tell, into a new folder under `folder`, and returns
 * its path. Holds a few buffers of it in memory; a body that is shorter or longer than `bytes` leaves nothing behind.
 */
export async function receiveUpload(folder: string, { name, bytes, body }: Upload): Promise<string> {
  const { bavail, bsize } = await statfs(folder);
  const room = bavail * bsize - bytesLeftFree;
  if (bytes > room)
    throw new HostError({
      code: 'DISK_FULL',
      message: `The file takes ${bytes} bytes; the folder for dropped files has room for ${Math.max(0, room)}.`,
    });
  const place = join(folder, `dropped-${randomUUID().slice(0, 8)}`);
  const path = join(place, safeFileName(name));
  await mkdir(place, { recursive: true });
  try {
    await markStreamed(place, safeFileName(name));
    const source = body === null ? Readable.from([]) : Readable.fromWeb(body);
    await pipeline(source, exactly(bytes), createWriteStream(`${path}.partial`, { flags: 'wx' }));
    await rename(`${path}.partial`, path);
    return path;
  } catch (error) {
    await rm(place, { recursive: true, force: true });
    throw error;
  }
}

function exactly(bytes: number): Transform {
  let seen = 0;
  const wrong = () =>
    new HostError({ code: 'BAD_INPUT', message: `The file was announced with ${bytes} bytes and had ${seen}.` });
  return new Transform({
    transform(chunk: Uint8Array, _encoding, done) {
      seen += chunk.length;
      if (seen > bytes) done(wrong());
      else done(null, chunk);
    },
    flush(done) {
      done(seen === bytes ? null : wrong());
    },
  });
}
