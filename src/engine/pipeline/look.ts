import type { Preset } from '../codecs/codec.ts';
import { CancelledError, FeatherweightError, toFeatherweightError } from '../errors.ts';
import { Crew } from '../workers/crew.ts';
import type { SampleLook } from '../workers/sample-look.ts';
import { streamKind } from './cut.ts';
import { openInputs } from './inputs.ts';
import type { EngineContext } from './requests.ts';
import { planResources } from './resources.ts';
import { sampleRanges, sampleUnit } from './sample.ts';

export interface LookRequest {
  /** A model, not an archive. */
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

/** Reads a sample of one tensor, counts it and codes it. Throws `NOT_FOUND` when the model has no such tensor. */
export async function look(request: LookRequest, context: EngineContext): Promise<TensorLook> {
  try {
    const resources = planResources({}, { bytes: 1, tensors: 0 });
    await using inputs = await openInputs(request.input, resources.headerBytes);
    const file = inputs.files.find(({ name }) => name === request.file);
    const tensor = file?.layout?.tensors.find(({ name }) => name === request.name);
    if (!file || !tensor)
      throw new FeatherweightError('NOT_FOUND', `There is no tensor "${request.name}" in "${request.file}".`);
    const { dtype, shape, offset, byteLength } = tensor;
    const stream = streamKind(dtype, byteLength);
    const unit = stream.dtype === undefined ? 8 : sampleUnit(stream.dtype);
    const ranges = sampleRanges(byteLength, unit, lookBytes).map((range) => ({
      descriptor: file.source.descriptor,
      offset: offset + range.offset,
      length: range.length,
    }));
    await using crew = await Crew.start(context.spawnWorker, resources, []);
    const stop = (): void => void crew.stop(new CancelledError());
    context.signal?.addEventListener('abort', stop, { once: true });
    try {
      const looked = await crew.look({ ranges, stream, preset: request.preset ?? 'balanced' });
      return { dtype, shape, bytes: byteLength, ...looked };
    } finally {
      context.signal?.removeEventListener('abort', stop);
    }
  } catch (error) {
    throw toFeatherweightError(error, 'looking at a tensor');
  }
}
