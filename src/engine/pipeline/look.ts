import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Preset } from '../codecs/codec.ts';
import { CancelledError, FeatherweightError, toFeatherweightError } from '../errors.ts';
import { FileSource } from '../io/file-source.ts';
import { ownFolder } from '../io/own-folder.ts';
import { Crew } from '../workers/crew.ts';
import type { SampleLook } from '../workers/sample-look.ts';
import { streamKind } from './cut/cut.ts';
import { openInputs } from '../models/inputs.ts';
import { inspect } from './inspect.ts';
import { isArchive } from '../archive/is-archive.ts';
import type { EngineContext } from './job/requests.ts';
import { planResources } from './job/resources.ts';
import { restore } from './restore.ts';
import { sampleRanges, sampleUnit } from '../planner/sample.ts';

export interface LookRequest {
  /** A model or an archive. */
  readonly input: string;
  /** The file of the model that the tensor is in, and its name there. */
  readonly file: string;
  readonly name: string;
  readonly preset?: Preset | undefined;
}

/** One tensor seen closely. Bits are for each element of its dtype, or for each byte where that is none. */
export interface TensorLook extends SampleLook {
  readonly dtype: string;
  readonly shape: readonly number[];
  readonly bytes: number;
}

/** Bytes that are read: slices from all over the tensor. */
const lookBytes = 256 * 1024;

/** A tensor inside of an archive is restored into a file of its own first; larger ones would take too long. */
const mostRestoredBytes = 2 ** 31;

/** A tensor's bytes in some file. */
interface PlacedTensor {
  readonly source: FileSource;
  readonly dtype: string;
  readonly shape: readonly number[];
  readonly offset: number;
  readonly byteLength: number;
}

/**
 * Reads a sample of one tensor, counts it and codes it; of an archive, of what the tensor restores to. Throws `NOT_FOUND` when
 * there is no such tensor.
 */
export async function look(request: LookRequest, context: EngineContext): Promise<TensorLook> {
  try {
    if (await isArchive(request.input)) return await lookInArchive(request, context);
    return await lookInModel(request, context);
  } catch (error) {
    throw toFeatherweightError(error, 'looking at a tensor');
  }
}

async function lookInModel(request: LookRequest, context: EngineContext): Promise<TensorLook> {
  await using inputs = await openInputs(request.input, planResources({}).headerBytes);
  const file = inputs.files.find(({ name }) => name === request.file);
  const tensor = file?.layout?.tensors.find(({ name }) => name === request.name);
  if (!file || !tensor) throw missing(request);
  return await lookAt({ ...tensor, source: file.source }, request, context);
}

/** What the tensor restores to is checked by its sha256 before it is looked at. */
async function lookInArchive(request: LookRequest, context: EngineContext): Promise<TensorLook> {
  const { input, file, name } = request;
  const { tensors } = await inspect({ path: input });
  const tensor = tensors.find((one) => one.file === file && one.name === name);
  if (!tensor) throw missing(request);
  if (tensor.byteLength > mostRestoredBytes)
    throw new FeatherweightError(
      'UNSUPPORTED',
      `"${name}" has ${tensor.byteLength} bytes; inside of an archive at most ${mostRestoredBytes} are looked at. Restore the model to look at it.`,
      { facts: { found: tensor.byteLength, allowed: mostRestoredBytes } },
    );
  await using owner = new AsyncDisposableStack();
  const folder = await ownFolder(tmpdir(), 'featherweight-look', owner);
  const output = join(folder, 'tensor.bin');
  const job = restore({ archive: input, tensor: `${file}:${name}`, output }, context);
  while ((await job.next()).done !== true);
  await using source = await FileSource.open(output);
  return await lookAt({ ...tensor, source, offset: 0 }, request, context);
}

async function lookAt(
  { source, dtype, shape, offset, byteLength }: PlacedTensor,
  { preset = 'balanced' }: LookRequest,
  context: EngineContext,
): Promise<TensorLook> {
  const stream = streamKind(dtype, byteLength);
  const unit = stream.dtype === undefined ? 8 : sampleUnit(stream.dtype);
  const ranges = sampleRanges(byteLength, unit, lookBytes).map((range) => ({
    descriptor: source.descriptor,
    offset: offset + range.offset,
    length: range.length,
  }));
  await using crew = await Crew.start(
    context.spawnWorker,
    planResources({}, { bytes: 1, tensors: 0, slowBytes: 0 }),
    [],
  );
  const stop = (): void => void crew.stop(new CancelledError());
  context.signal?.addEventListener('abort', stop, { once: true });
  try {
    return { dtype, shape, bytes: byteLength, ...(await crew.look({ ranges, stream, preset })) };
  } finally {
    context.signal?.removeEventListener('abort', stop);
  }
}

function missing({ file, name }: LookRequest): FeatherweightError {
  return new FeatherweightError('NOT_FOUND', `There is no tensor "${name}" in "${file}".`);
}
