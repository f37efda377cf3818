import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { mkdir, stat } from 'node:fs/promises';
import { basename, extname, join, resolve } from 'node:path';
import { CancelledError, FeatherweightError, toFeatherweightError } from '../../engine/errors.ts';
import { isArchive } from '../../engine/archive/is-archive.ts';
import { openModel } from '../../engine/models/index.ts';
import { modelDigest } from '../../engine/pipeline/job/digests.ts';
import { restore } from '../../engine/pipeline/restore.ts';
import type { EngineContext, RestoreRequest } from '../../engine/pipeline/job/requests.ts';

/** A model in a form that can be opened, whatever form it was given in. */
export interface PreparedModel {
  /** As it was given. */
  readonly path: string;
  readonly name: string;
  /** Of the model's files. */
  readonly bytes: number;
  /** On disk as it was given: an archive's own. */
  readonly storedBytes: number;
  /** Of the one file; of several, of the text `sha256  name\n` for each. Taken while the model is used already. */
  readonly sha256: Promise<string>;
  /** What the engine opens: the given path, or what an archive was restored to. */
  readonly opened: string;
  /** The file with the graph, where there is one. */
  readonly onnx: string | undefined;
}

/** Restores archives into `folder`, with `bases` as restoring has them, and finds the graph; throws as opening and restoring do. */
export async function prepareModel(
  path: string,
  folder: string,
  context: EngineContext & { readonly signal: AbortSignal },
  bases: readonly string[] = [],
): Promise<PreparedModel> {
  try {
    const isStored = await isArchive(path);
    const opened = isStored ? await restoreInto({ archive: path, output: folder, bases }, context) : resolve(path);
    const { files } = await openModel(opened);
    const sha256 = digestOfAll(files, context.signal);
    // Whoever waits for it is told; until then it is no failure of the process.
    sha256.catch(() => undefined);
    const bytes = files.reduce((sum, { size }) => sum + size, 0);
    return {
      path: resolve(path),
      name: basename(path),
      bytes,
      storedBytes: isStored ? (await stat(path)).size : bytes,
      sha256,
      opened,
      onnx: files.find(({ name }) => extname(name).toLowerCase() === '.onnx')?.path,
    };
  } catch (error) {
    throw toFeatherweightError(error, 'opening the model');
  }
}

async function restoreInto(
  request: RestoreRequest & { readonly output: string },
  context: EngineContext,
): Promise<string> {
  await mkdir(request.output, { recursive: true });
  for await (const event of restore(request, context)) if (event.type === 'finished') return event.report.output;
  throw new FeatherweightError('INTERNAL', 'The archive was restored without a report.');
}

async function digestOfAll(
  files: readonly { readonly name: string; readonly path: string }[],
  signal: AbortSignal,
): Promise<string> {
  const digests: { name: string; sha256: string }[] = [];
  for (const { name, path } of files) digests.push({ name, sha256: await digestOf(path, signal) });
  return modelDigest(digests);
}

/** The sha256 of a file, read as a stream. */
async function digestOf(path: string, signal: AbortSignal): Promise<string> {
  const hash = createHash('sha256');
  for await (const chunk of createReadStream(path, { highWaterMark: 2 ** 20 })) {
    if (signal.aborted) throw new CancelledError();
    hash.update(chunk as Uint8Array);
  }
  return hash.digest('hex');
}

/** Words for a model without a graph. */
export function withoutGraph({ name }: PreparedModel): FeatherweightError {
  return new FeatherweightError(
    'UNSUPPORTED',
    `"${name}" holds weights without a graph, so it cannot run here: weight error only; not an accuracy measurement.`,
    { facts: { path: name } },
  );
}

/** A place of its own for one model's temporary files. */
export function placeFor(folder: string, role: 'original' | 'candidate'): string {
  return join(folder, role);
}
