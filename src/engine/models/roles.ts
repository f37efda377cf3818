import { posix } from 'node:path';
import {
  readGraph,
  weightUses,
  type OnnxModel,
  type OnnxTensor,
  type WeightRole,
  type WeightUses,
} from '../onnx/index.ts';
import { FeatherweightError } from '../errors.ts';
import type { Geometry } from '../quantizers/quantizer.ts';
import type { TensorInfo } from '../tensor/tensor.ts';
import type { InputFile } from './inputs.ts';

/** What a tensor is for, as far as the model tells. */
export interface TensorRole {
  readonly role: WeightRole;
  /** Axis of the stored tensor whose entries belong to different outputs. */
  readonly channelAxis?: number | undefined;
  readonly position: 'first' | 'inner' | 'last' | 'none';
  /** Whether it is a stack of matrices, one for each expert. */
  readonly isStack?: true;
  /** Whether it says which of the words comes next that the model looks up: the head of a language model. */
  readonly tellsWords?: true;
  /** Names that it goes by in the graph; tensors of Constant nodes often have no other. */
  readonly names: readonly string[];
}

/** Roles of tensors by file and offset: from the graph where there is one, else from names and shapes. */
export class Roles {
  readonly #found: readonly Map<number, TensorRole>[];
  /** How many words each embedding has. */
  readonly #words: ReadonlySet<number>;

  private constructor(found: readonly Map<number, TensorRole>[], files: readonly InputFile[]) {
    this.#found = found;
    const embeddings = files.flatMap(({ layout }, file) =>
      (layout?.tensors ?? []).filter((tensor) => this.#roleOf(file, tensor).role === 'embedding'),
    );
    this.#words = new Set(embeddings.map(({ shape: [words = 0] }) => words));
  }

  static async read(files: readonly InputFile[], signal: AbortSignal): Promise<Roles> {
    const found = files.map(() => new Map<number, TensorRole>());
    for (const [number, file] of files.entries()) {
      const model = await graphOf(file, signal);
      for (const uses of model ? weightUses(model) : []) {
        const place = placeOf(uses.tensor, number, files);
        if (place) found[place.file]?.set(place.offset, roleOf(uses));
      }
    }
    return new Roles(found, files);
  }

  of(file: number, tensor: TensorInfo & { readonly offset: number }): TensorRole {
    const found = this.#roleOf(file, tensor);
    const { role, position, channelAxis = 0 } = found;
    const isHead = role === 'matrix' && position === 'last' && this.#words.has(tensor.shape[channelAxis] ?? 0);
    return isHead ? { ...found, tellsWords: true } : found;
  }

  #roleOf(file: number, tensor: TensorInfo & { readonly offset: number }): TensorRole {
    return this.#found[file]?.get(tensor.offset) ?? guessRole(tensor);
  }
}

/** A graph that cannot be followed is no reason to refuse the model: shapes and names tell enough. */
export async function graphOf({ source, layout }: InputFile, signal: AbortSignal): Promise<OnnxModel | undefined> {
  if (layout?.format !== 'onnx') return undefined;
  try {
    return await readGraph(source, signal);
  } catch (error) {
    if (error instanceof FeatherweightError && error.code === 'MALFORMED') return undefined;
    throw error;
  }
}

/** Where the elements of a tensor of the graph in that file begin, in whichever file. */
export function placeOf(
  { data }: OnnxTensor,
  file: number,
  files: readonly InputFile[],
): { readonly file: number; readonly offset: number } | undefined {
  if (data.kind === 'inline') return { file, offset: data.offset };
  if (data.kind === 'other') return undefined;
  const name = posix.normalize(posix.join(posix.dirname(files[file]?.name ?? ''), data.location));
  const other = files.findIndex((candidate) => candidate.name === name);
  return other < 0 ? undefined : { file: other, offset: data.offset };
}

/** What a weight of a graph is for. */
export function roleOf({ tensor, uses, position }: WeightUses): TensorRole {
  const [first] = uses;
  // A matrix that is looked up in and multiplied with is both; what is more sensitive counts.
  const lookup = uses.find(({ role }) => role === 'embedding');
  const { role = 'other', channelAxis } = lookup ?? first ?? {};
  const isTied = lookup !== undefined && uses.some((use) => use.role === 'matrix');
  return { role, channelAxis, position, names: [tensor.name], ...(isTied && { tellsWords: true }) };
}

const normNames = /(^|[._/])(\w*norm\w*|ln(_?\w*)?|bn\d*|gamma|beta|scale|running_(mean|var))([._/]|$)/i;
const embeddingNames = /(embed|embedding|wte|wpe|tok_embeddings|token_embd|position_embd|shared)(s|dings?)?([._/]|$)/i;
const headNames = /(^|[._/])(lm_head|head|classifier|output|logits|fc_out|score)([._/]|$)/i;

const stackNames = /experts?([._/]|$)|_exps([._/]|$)/i;

function guessRole({ name, shape }: TensorInfo): TensorRole {
  const extents = shape.filter((extent) => extent !== 1);
  const common = { names: [name], channelAxis: 0, position: headNames.test(name) ? 'last' : 'none' } as const;
  if (extents.length < 2) return { ...common, role: normNames.test(name) ? 'normalization' : 'bias' };
  if (embeddingNames.test(name)) return { ...common, role: 'embedding' };
  if (shape.length === 3 && stackNames.test(name)) return { ...common, channelAxis: 1, role: 'matrix', isStack: true };
  if (shape.length >= 3) return { ...common, role: shape[1] === 1 && shape.length >= 4 ? 'depthwise' : 'convolution' };
  return { ...common, role: 'matrix' };
}

/** Fewer numbers than this would not pay for a scale of their own. */
const leastRow = 16;

/** How methods see a tensor: rows along the channels where they come first, else columns where they come last. */
export function geometryOf(shape: readonly number[], channelAxis: number | undefined): Geometry {
  const count = product(shape);
  const table = (rows: number, channels: Geometry['channels']): Geometry => ({ rows, columns: count / rows, channels });
  const lastLong = shape.findLast((extent) => extent !== 1) ?? 1;
  if (channelAxis === undefined) return table(count / lastLong, 'none');
  const before = product(shape.slice(0, channelAxis));
  const channels = before * (shape[channelAxis] ?? 1);
  const behind = count / channels;
  if (behind === 1) return before === 1 ? table(1, 'none') : table(before, 'columns');
  // A channel axis in the middle is joined with those before it: each of its entries has rows of its own then.
  return before === 1 || behind >= leastRow ? table(channels, 'rows') : table(before, 'none');
}

function product(extents: readonly number[]): number {
  return extents.reduce((all, extent) => all * extent, 1);
}
