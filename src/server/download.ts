import { createReadStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import { basename } from 'node:path';
import { Readable } from 'node:stream';
import type { ReadableStream } from 'node:stream/web';
import { HostError } from '../contract/errors.ts';

/** A file as an attachment; `path` has been checked against the allowed folders. Rejects with `NOT_FOUND` for anything but a plain file. */
export async function sendDownload(path: string): Promise<Response> {
  const status = await stat(path).catch(() => undefined);
  if (!status?.isFile()) throw new HostError({ code: 'NOT_FOUND', message: `"${path}" is not a file.` });
  const body = Readable.toWeb(createReadStream(path)) as ReadableStream<Uint8Array>;
  return new Response(body, {
    headers: {
      'content-type': 'application/octet-stream',
      'content-length': String(status.size),
      'content-disposition': `attachment; filename*=UTF-8''${encodeURIComponent(basename(path))}`,
      'x-content-type-options': 'nosniff',
    },
  });
}
