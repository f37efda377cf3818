import { createHash } from 'node:crypto';
import type { Preset } from '../codecs/codec.ts';
import { streamWidth } from '../codecs/stream-width.ts';
import { prepareZstd } from '../codecs/zstd/index.ts';
import { gitLfs } from '../formats/git-lfs/index.ts';
import type { FileSource } from '../io/file-source.ts';
import { Workspace } from '../kernels/workspace.ts';
import { openInputs } from '../models/inputs.ts';
import { estimateStream } from '../planner/plan.ts';
import { looksInside } from '../pipeline/inner-base/find.ts';
import type { TensorRange } from '../tensor/tensor.ts';
import { foreseeAlike, nothingAlike, type Alike } from './alike.ts';
import { readSample, type Sample } from './read-sample.ts';

const mostHeaderBytes = 64 * 2 ** 20;
const signatureTensors = 8;
const sampledTensors = 6;
const sampledBytes = 32 * 1024;
const leastSharedBytes = 64 * 1024;
const probeBytes = 512;
const blockBytes = 2 ** 20;

interface TensorSample extends Sample {
  readonly key: string;
}

/** What some kilobytes of a model tell of it. */
export interface Sketch {
  readonly bytes: number;
  readonly tensors: number;
  /** All that is here of its weights are pointers of Git LFS. */
  readonly isUnfetched: boolean;
  /** Equal for models of one architecture: names, dtypes and shapes of the largest tensors. */
  readonly signature: string;
  /** Of the largest tensors, in an order that models of one signature share. */
  readonly samples: readonly TensorSample[];
  /** Bytes of tensors by dtype. */
  readonly dtypes: ReadonlyMap<string, number>;
  /** Length by what a few bytes of each large tensor are: equal tensors have equal ones. */
  readonly probes: ReadonlyMap<string, number>;
  /** What nearly equals other parts of the model; nothing where the preset does not look for that. */
  readonly alike: Alike;
}

/**
 * Opens a model and reads samples of its largest tensors, some 200 kB, a few bytes of all large ones, and what tells of experts and layers
 * that are alike.
 */
export async function sketchModel(
  path: string,
  {
    preset,
    estimator,
    signal,
  }: { readonly preset: Preset; readonly estimator: Estimator; readonly signal: AbortSignal },
): Promise<Sketch> {
  await using inputs = await openInputs(path, mostHeaderBytes);
  const tensors = inputs.files
    .flatMap(({ source, layout }) => (layout?.tensors ?? []).map((tensor) => ({ source, tensor })))
    .sort(
      (one, other) => other.tensor.byteLength - one.tensor.byteLength || (key(one.tensor) < key(other.tensor) ? -1 : 1),
    );
  const dtypes = new Map<string, number>();
  const probes = new Map<string, number>();
  for (const { source, tensor } of tensors) {
    signal.throwIfAborted();
    dtypes.set(tensor.dtype, (dtypes.get(tensor.dtype) ?? 0) + tensor.byteLength);
    if (tensor.byteLength >= leastSharedBytes) probes.set(await probe(source, tensor), tensor.byteLength);
  }
  const samples: TensorSample[] = [];
  for (const { source, tensor } of tensors.slice(0, sampledTensors)) samples.push(await sample(source, tensor));
  if (samples.length === 0)
    for (const { source } of inputs.files.slice(0, 1))
      samples.push(await sample(source, { name: '', dtype: '', shape: [], offset: 0, byteLength: source.size }));
  const alike = looksInside(preset)
    ? await foreseeAlike(inputs.files, (sample) => estimator.code(sample, preset), signal)
    : nothingAlike;
  const largest = tensors.slice(0, signatureTensors).map(({ tensor }) => key(tensor));
  return {
    bytes: inputs.bytes,
    tensors: tensors.length,
    isUnfetched: tensors.length === 0 && inputs.files.some(({ layout }) => layout?.format === gitLfs.id),
    signature: largest.length === 0 ? '' : createHash('sha256').update(largest.join('\n')).digest('base64'),
    samples,
    dtypes,
    probes,
    alike,
  };
}

function key({ name, dtype, shape }: TensorRange): string {
  return `${name} ${dtype} ${shape.join('x')}`;
}

async function sample(source: FileSource, tensor: TensorRange): Promise<TensorSample> {
  const read = (offset: number, bytes: Uint8Array) => source.read(tensor.offset + offset, bytes);
  return { key: key(tensor), ...(await readSample(tensor, sampledBytes, read)) };
}

async function probe(source: FileSource, { offset, byteLength }: TensorRange): Promise<string> {
  const bytes = new Uint8Array(probeBytes);
  await source.read(offset + ((byteLength - probeBytes) >> 1), bytes);
  return `${byteLength} ${createHash('sha256').update(bytes).digest('base64')}`;
}

/** Bits of an element that differ, over all samples that two models of one signature share; 0 to 1 of all bits. */
export function bitDistance(one: Sketch, other: Sketch): number {
  let [different, bits] = [0, 0];
  one.samples.forEach(({ bytes }, place) => {
    const against = other.samples[place]?.bytes;
    if (against?.length !== bytes.length) return;
    for (let at = 0; at < bytes.length; at++) different += ones[(bytes[at] ?? 0) ^ (against[at] ?? 0)] ?? 0;
    bits += 8 * bytes.length;
  });
  return bits === 0 ? 1 : different / bits;
}

const ones = Uint8Array.from({ length: 256 }, (_, byte) => byte.toString(2).replaceAll('0', '').length);

/** Guesses sizes by coding samples as `compress` would. */
export class Estimator {
  readonly #workspace = new Workspace(8 * 2 ** 20);

  private constructor() {}

  static async create(): Promise<Estimator> {
    await prepareZstd();
    return new Estimator();
  }

  /** Bytes of the archive of a model, by itself, in which parts may be differences to others, or as a difference to another of its signature. */
  estimate(sketch: Sketch, preset: Preset, base?: Sketch): number {
    const ratios = new Map<string, { in: number; out: number }>();
    let all = { in: 0, out: 0 };
    sketch.samples.forEach(({ dtype, bytes, key: name }, place) => {
      const against = base?.samples[place];
      const reference = against?.bytes.length === bytes.length ? against.bytes : undefined;
      const out = this.code({ bytes, reference, dtype }, preset);
      all = { in: all.in + bytes.length, out: all.out + out };
      const [, kind = ''] = /(\S+) \S*$/.exec(name) ?? [];
      const sum = ratios.get(kind) ?? { in: 0, out: 0 };
      ratios.set(kind, { in: sum.in + bytes.length, out: sum.out + out });
    });
    let bytes = 0;
    let rest = sketch.bytes;
    for (const [kind, length] of sketch.dtypes) {
      const sum = ratios.get(kind) ?? all;
      const ratio = sum.in === 0 ? 1 : sum.out / sum.in;
      const alike = base ? undefined : sketch.alike.parts.get(kind);
      bytes += ratio * (length - (alike?.bytes ?? 0)) + (alike?.bytesThen ?? 0);
      rest -= length;
    }
    // Headers and texts; a model without tensors is coded as its sample was.
    return Math.round(bytes + rest * (sketch.dtypes.size === 0 && all.in > 0 ? all.out / all.in : 0.3));
  }

  /** Bytes that a sample comes to, as a difference to `reference` where that pays. */
  code({ bytes, reference, dtype }: Sample & { readonly reference?: Uint8Array | undefined }, preset: Preset): number {
    const mark = this.#workspace.mark();
    const width = streamWidth(dtype);
    const stream = {
      bytes: this.#workspace.place(bytes),
      width,
      reference: reference && this.#workspace.place(reference),
    };
    const cost = estimateStream(stream, dtype, preset, this.#workspace, blockBytes);
    this.#workspace.release(mark);
    return Math.min(bytes.length, cost);
  }
}
