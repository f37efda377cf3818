import { createHash } from 'node:crypto';
import { rm, stat } from 'node:fs/promises';
import { connect, createServer, type Server } from 'node:net';
import { tmpdir } from 'node:os';
import { basename, dirname, join, resolve } from 'node:path';
import { UsageError } from '../errors.ts';

/**
 * Claims what is to be at `path` for this piece of work, until it is disposed. A claim is a local socket that nobody talks to: its
 * name can be had once on a machine, and is free again the moment that its process ends, however it ends. Work of other machines,
 * and of containers with a network of their own, is not seen. Throws {@link UsageError} with `refusal` where other work has the claim; where there
 * is no folder for `path` yet, or sockets are not to be had, nothing is claimed.
 */
export async function claim(
  path: string,
  refusal = `Another run is writing "${path}" at this moment; wait until it has ended, or choose another name.`,
): Promise<AsyncDisposable> {
  const place = await placeOf(path);
  const server = place && (await listenAlone(place));
  if (server === 'taken') throw new UsageError(refusal, { path });
  return { [Symbol.asyncDispose]: () => new Promise((closed) => (server ? server.close(() => closed()) : closed())) };
}

/** Whether other work has claimed what is to be at `path`. */
export async function isClaimed(path: string): Promise<boolean> {
  const place = await placeOf(path);
  const server = place && (await listenAlone(place));
  if (typeof server === 'object') await new Promise((closed) => server.close(closed));
  return server === 'taken';
}

/** What the socket of a path is called. Folders are told apart by what they are, since one may have several names. */
async function placeOf(path: string): Promise<string | undefined> {
  const folder = await stat(dirname(resolve(path)), { bigint: true }).catch(() => undefined);
  if (folder === undefined) return undefined;
  const facts = `${folder.dev} ${folder.ino} ${basename(path)}`;
  const name = `featherweight-${createHash('sha256').update(facts).digest('hex').slice(0, 24)}`;
  if (process.platform === 'linux') return `\0${name}`;
  return process.platform === 'win32' ? `\\\\.\\pipe\\${name}` : join(tmpdir(), name);
}

/**
 * Listens at a place where nobody listens; `undefined` where that cannot be had. Where a place is a file, one that a killed process
 * left is removed.
 */
export async function listenAlone(place: string): Promise<Server | 'taken' | undefined> {
  const first = await listen(place);
  if (first !== 'taken' || /^[\0\\]/.test(place) || (await answers(place))) return first;
  await rm(place, { force: true });
  return listen(place);
}

function listen(place: string): Promise<Server | 'taken' | undefined> {
  return new Promise((resolved) => {
    const server = createServer((socket) => socket.destroy());
    server.once('error', (error: NodeJS.ErrnoException) => resolved(error.code === 'EADDRINUSE' ? 'taken' : undefined));
    server.listen(place, () => resolved(server.unref()));
  });
}

function answers(place: string): Promise<boolean> {
  return new Promise((resolved) => {
    const socket = connect(place, () => resolved(true));
    socket.once('error', () => resolved(false)).once('close', () => socket.destroy());
  });
}
