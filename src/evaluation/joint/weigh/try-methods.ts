import { appendFile, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { FileSource } from '../../../engine/io/file-source.ts';
import { Workspace } from '../../../engine/kernels/workspace.ts';
import { stepOf, type MethodStep } from '../../../engine/pipeline/approximate/recipe.ts';
import { methodLadder, quantizerById } from '../../../engine/quantizers/catalog.ts';
import { planBlock } from '../../../engine/workers/plan-block.ts';
import { tryOnSample } from '../../../engine/workers/sample-trial.ts';
import { roundTensor, type JointTensor } from '../round/round.ts';
import { sampleOf, type TensorSample } from './tensor-sample.ts';
import { stepsFor, type Spread } from '../layers/spread.ts';
import { readTensor } from '../round/tensor-file.ts';
import { directionOf } from '../round/trellis.ts';

/** A tensor that the methods of the catalog are tried on. Plain data. */
export interface TriedTensor extends JointTensor {
  readonly spread: Spread;
  /** How much each of its stored rows matters, where that is known. */
  readonly importance?: Float64Array | undefined;
  /** Root mean square of its numbers. */
  readonly scale: number;
}

/** What the methods of the catalog are tried on; plain data. */
export interface MethodsRequest {
  /** Paths of the original's files, and the folder of the sums. */
  readonly files: readonly string[];
  readonly folder: string;
  readonly tensors: readonly TriedTensor[];
  /** Relative to the scale: where the grid, its errors fed back, is looked at to compare with. */
  readonly steps: readonly number[];
  /** Weights of a tensor that are coded, at most. */
  readonly sampled: number;
  /** As of sensitivities: what is known already, and what becomes known. */
  readonly record: string;
}

/** A method with some options on one tensor. */
export interface MethodPoint extends MethodStep {
  /** For each weight, all that it needs included, as it was really coded. */
  readonly bits: number;
  /** Of the outputs, for each weight; of the weights themselves where inputs are not known. */
  readonly error: number;
}

/** What the methods do to one tensor, and at which steps the grid does as much. */
export interface MethodTrials {
  readonly name: string;
  readonly grid: readonly { readonly step: number; readonly error: number }[];
  readonly points: readonly MethodPoint[];
}

/** Codes are planned for one piece; what the largest takes besides fits as well. */
const workspaceBytes = 48 * 2 ** 20;

/** Really codes a tensor, or a large one's part, by every method of the catalog that takes it, and tells what that does. */
export async function tryMethods(
  { files, folder, tensors, steps, sampled, record }: MethodsRequest,
  onProgress: (done: number, total: number) => void,
): Promise<readonly MethodTrials[]> {
  const known = await readTrials(record);
  const workspace = new Workspace(workspaceBytes);
  const trials: MethodTrials[] = [];
  for (const [number, tensor] of tensors.entries()) {
    let found = known.get(tensor.name);
    if (!found) {
      await using source = await FileSource.open(files[tensor.file] ?? '');
      const sample = sampleOf(tensor, await readTensor(source, tensor), sampled);
      found = { name: tensor.name, ...(await tryOn(sample, tensor, folder, steps, workspace)) };
      await appendFile(record, `${JSON.stringify(found)}\n`);
    }
    trials.push(found);
    onProgress(number + 1, tensors.length);
  }
  return trials;
}

async function tryOn(
  sample: TensorSample,
  { spread, scale }: TriedTensor,
  folder: string,
  relativeSteps: readonly number[],
  workspace: Workspace,
): Promise<Omit<MethodTrials, 'name'>> {
  const before = sample.seen(sample.values);
  const { layer } = sample;
  const geometry = layer ? ({ rows: layer.rows, columns: layer.columns, channels: 'rows' } as const) : sample.geometry;
  const direction = spread.direction && layer && directionOf(layer, geometry);
  const changes: Float32Array[] = [];
  const change = (after: Float32Array): void => {
    changes.push(after.map((value, at) => value - (before[at] ?? 0)));
  };
  const steps = relativeSteps.map((relative) => Math.fround(relative * scale));
  for (const step of steps) {
    const after = before.slice();
    const told = sample.toldOf(stepsFor(spread, step));
    await roundTensor(after, { layer, geometry, dtype: 'F32', told: { ...told, direction } }, folder, {
      feedback: true,
    });
    change(after);
  }
  const tried: (MethodStep & { readonly bits: number })[] = [];
  for (const choice of methodLadder) {
    const step = stepOf(choice, 'the catalog');
    const mark = workspace.mark();
    const result = tryStep(sample, step, workspace);
    workspace.release(mark);
    if (!result) continue;
    tried.push({ ...choice, bits: result.bits });
    change(sample.seen(result.after));
  }
  const errors = await sample.errorsOf(changes, (layer) => join(folder, layer.sums));
  return {
    grid: steps.map((step, place) => ({ step, error: errors[place] ?? 0 })),
    points: tried.map((one, place) => ({ ...one, error: errors[steps.length + place] ?? 0 })),
  };
}

/** Codes a sample by one method; nothing where that does not take it. */
function tryStep(
  { values, geometry, total }: TensorSample,
  { method, options }: MethodStep,
  workspace: Workspace,
): { readonly bits: number; readonly after: Float32Array } | undefined {
  const quantizer = quantizerById(method);
  if (!quantizer || quantizer.needsBase || quantizer.refuses?.(geometry, options)) return undefined;
  const bytes = workspace.allocate(values.byteLength);
  bytes.set(new Uint8Array(values.buffer, values.byteOffset, values.byteLength));
  const output = workspace.allocate(bytes.length + 1);
  const trial = { quantizer: method, options, geometry, total, dtype: 'F32' } as const;
  const { tried } = tryOnSample(bytes, trial, output, workspace, (part) =>
    planBlock(part, part, { workspace, preset: 'balanced', blockBytes: bytes.length, patience: 4 }),
  );
  if (!tried) return undefined;
  return {
    bits: (8 * tried.storedLength) / values.length,
    after: new Float32Array(bytes.buffer, bytes.byteOffset, values.length).slice(),
  };
}

/** What an earlier run found out, as far as it got; a line that was cut off counts as none. */
async function readTrials(path: string): Promise<ReadonlyMap<string, MethodTrials>> {
  const text = await readFile(path, 'utf8').catch(() => '');
  return new Map(
    text.split('\n').flatMap((line): (readonly [string, MethodTrials])[] => {
      try {
        const trials = JSON.parse(line) as MethodTrials;
        return [[trials.name, trials]];
      } catch {
        return [];
      }
    }),
  );
}
