import type { InferenceSession, Tensor } from 'onnxruntime-node';
import { basename } from 'node:path';
import { UsageError } from '../../engine/errors.ts';
import type { Feed } from '../inputs/dataset.ts';
import type { Elements, Values } from '../inputs/tensor.ts';
import { runtimeFault } from './fault.ts';
import { elementsOf } from '../inputs/tensor.ts';
import { loadRuntime } from './runtime.ts';

/** One input or output of a graph: what it is called, and which numbers in which shape it takes; names are free extents. */
export interface Port {
  readonly name: string;
  readonly type: string;
  readonly shape: readonly (number | string)[];
}

/** A model that is ready to run. */
export interface LoadedModel extends AsyncDisposable {
  readonly path: string;
  readonly inputs: readonly Port[];
  readonly outputs: readonly Port[];
  /** Runs once; throws UNSUPPORTED in words of the model when it cannot. */
  run(feeds: ReadonlyMap<string, Values>): Promise<ReadonlyMap<string, Values>>;
}

/**
 * Loads an ONNX file with its external data into the runtime; without `optimizes` the runtime takes the graph as it is, and
 * little more memory than the file. Throws UNSUPPORTED, saying precisely why it cannot run; of a copy, of the model at `known`.
 */
export async function loadModel(path: string, threads: number, optimizes = true, known = path): Promise<LoadedModel> {
  const runtime = await loadRuntime();
  const session = await runtime.InferenceSession.create(path, {
    intraOpNumThreads: threads,
    interOpNumThreads: 1,
    executionMode: 'sequential',
    executionProviders: ['cpu'],
    graphOptimizationLevel: optimizes ? 'all' : 'disabled',
    logSeverityLevel: 4,
    // Threads that wait by spinning take the cores from whatever else runs; the gap between two layers is shorter than this.
    extra: { session: { intra_op: { spin_duration_us: '20' } } },
  }).catch((thrown: unknown) => {
    throw runtimeFault(thrown, path, known);
  });
  return {
    path,
    inputs: session.inputMetadata.map(toPort),
    outputs: session.outputMetadata.map(toPort),
    async run(feeds) {
      const tensors: Record<string, Tensor> = {};
      for (const [name, { type, shape, data }] of feeds)
        tensors[name] = asBits(new runtime.Tensor(type as 'float32', data as Float32Array, shape));
      try {
        const results = await session.run(tensors);
        return new Map(Object.entries(results).map(([name, tensor]) => [name, toValues(tensor)]));
      } catch (thrown) {
        throw runtimeFault(thrown, path, known);
      }
    },
    [Symbol.asyncDispose]: () => session.release(),
  };
}

function toPort(metadata: InferenceSession.ValueMetadata): Port {
  return metadata.isTensor
    ? { name: metadata.name, type: metadata.type, shape: metadata.shape }
    : { name: metadata.name, type: 'not a tensor', shape: [] };
}

/**
 * Halves as the runtime itself reads them: it takes arrays of 16-bit floats, which are younger than it, for empty ones, and its own
 * class makes such of all other arrays.
 */
function asBits(tensor: Tensor): Tensor {
  const { data } = tensor;
  if (!(data instanceof Float16Array)) return tensor;
  const bits = new Uint16Array(data.buffer, data.byteOffset, data.length);
  return Object.defineProperty(tensor, 'cpuData', { value: bits });
}

function toValues({ type, dims, data }: Tensor): Values {
  const elements = data as Elements;
  if (type === 'float16' && elements instanceof Uint16Array) {
    const halves = new Float16Array(elements.buffer, elements.byteOffset, elements.length);
    return { type, shape: dims, data: halves };
  }
  return { type, shape: dims, data: elements };
}

/**
 * The task's inputs under the model's names, numbers in single precision as halves where the model takes those: it is as like the model
 * that the task was written for as can be. Throws USAGE when the model has no such input or wants another type or shape.
 */
export function nameFeeds(
  model: LoadedModel,
  feeds: readonly Feed[],
  state: ReadonlyMap<string, Values>,
): Map<string, Values> {
  const free = model.inputs.filter(({ name }) => !state.has(name) && !feeds.some((feed) => feed.name === name));
  const unnamed = feeds.filter(({ name }) => name === undefined);
  const named = new Map<string, Values>(state);
  for (const { name, values } of feeds) if (name !== undefined) named.set(name, values);
  for (const [place, { values }] of unnamed.entries()) {
    const port = free[place];
    if (port === undefined)
      throw new UsageError(`"${basename(model.path)}" has ${model.inputs.length} inputs; the task gives more.`);
    named.set(port.name, values);
  }
  for (const { name, type } of model.inputs) {
    const given = named.get(name);
    if (type === 'float16' && given?.type === 'float32')
      named.set(name, { ...given, type, data: elementsOf(type, given.data as Float32Array) });
  }
  for (const port of model.inputs) checkPort(model, port, named.get(port.name));
  for (const name of named.keys())
    if (!model.inputs.some((port) => port.name === name))
      throw new UsageError(
        `"${basename(model.path)}" has no input "${name}"; it has: ${model.inputs.map((port) => port.name).join(', ')}.`,
        { input: name },
      );
  return named;
}

function checkPort({ path }: LoadedModel, { name, type, shape }: Port, values: Values | undefined): void {
  const wanted = `${type} [${shape.map((extent) => (typeof extent === 'number' ? extent : extent || '?')).join(', ')}]`;
  if (values === undefined)
    throw new UsageError(`"${basename(path)}" has an input "${name}" (${wanted}) that is not given.`, {
      input: name,
    });
  const fits =
    values.type === type &&
    (shape.length === values.shape.length || (shape.length === 0 && values.shape.length <= 1)) &&
    shape.every((extent, axis) => typeof extent !== 'number' || extent === values.shape[axis]);
  if (!fits)
    throw new UsageError(
      `The input "${name}" of "${basename(path)}" takes ${wanted}; given is ${values.type} [${values.shape.join(', ')}].`,
      { input: name, found: `${values.type} [${values.shape.join(', ')}]`, allowed: wanted },
    );
}
