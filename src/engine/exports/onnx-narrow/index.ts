import { tmpdir } from 'node:os';
import { FeatherweightError, UnsupportedInputError, UsageError } from '../../errors.ts';
import { FileSource } from '../../io/file-source.ts';
import { ownFolder } from '../../io/own-folder.ts';
import {
  channelSets,
  graphTensors,
  replace,
  weightUses,
  type ChannelSet,
  type Edit,
  type OnnxTensor,
} from '../../onnx/index.ts';
import type { ExportedTensor, ExportJob, ExportOutcome, ExportTarget } from '../export.ts';
import { floatTensor, type FloatTensor } from '../float-tensor.ts';
import { Loss } from '../loss.ts';
import { carriedOthers, floatsOf, locate, named } from '../onnx/elements.ts';
import { rebuilt } from '../onnx/rebuild.ts';
import { TensorStore } from '../onnx/store.ts';
import { onnxTarget, openOnnx, writeOnnx, type OpenOnnx } from '../onnx/target.ts';
import { cutEdits, shapeOf, type Cut } from './cut.ts';
import type { Narrowing } from './narrowing.ts';

/** A smaller graph: whole channels are taken out of its layers. */
export const narrowTarget: ExportTarget = onnxTarget(
  {
    id: 'onnx-narrow',
    title: 'ONNX, channels taken out',
    summary:
      'Layers with fewer channels: those that what reads them misses least on sample inputs go, and the other weights make that good. Smaller and faster everywhere; measure it.',
    ticks: { smallerOnDisk: true, smallerInMemory: true, faster: true },
    learns: true,
  },
  write,
);

async function write(job: ExportJob): Promise<ExportOutcome> {
  const { inputs, signal } = job;
  const opened = await openOnnx(job);
  const { file, model, main } = opened;
  if (!job.narrow)
    throw new UsageError(
      'Channels are chosen by sample inputs: name a --task whose inputs the model is looked at with.',
    );
  const sets = channelSets(model);
  await using owner = new AsyncDisposableStack();
  const folder = await ownFolder(tmpdir(), 'featherweight-narrow', owner);
  const narrowing =
    sets.length > 0 && (await job.narrow({ model: file.source.name, folder }, signal, learningProgress(job)));
  if (!narrowing || sets.every(({ count }, place) => count === narrowing.cuts[place]?.kept.length))
    throw new UnsupportedInputError(
      `"${file.name}" has no channels to take out: none that go only from Conv, Gemm and MatMul to others of them, in their main graph, or too few for the share that was asked.`,
      { file: file.name },
    );
  const cuts = await cutsOf(sets, narrowing, opened, job, owner);
  const located = weightUses(model).flatMap((weight) => locate(weight, file, inputs));
  const isExternal = located.some(({ weight }) => weight.tensor.data.kind === 'external');
  const store = new TensorStore(isExternal ? `${main}.data` : undefined);
  const gone = new Set(cuts.map(({ tensor }) => tensor));
  const edits: Edit[] = [
    ...cuts.flatMap((cut) => cutEdits(cut, model.graph, store, signal)),
    ...graphEdits(sets, narrowing, opened, gone),
    ...carriedOthers(located, gone, store),
  ];
  job.notice(wordsOf(sets, narrowing));
  // Losses are known only behind the writing.
  const outcome = await writeOnnx(job, opened, edits, store);
  return { ...outcome, tensors: cuts.map((cut) => reportOf(cut, file.name)) };
}

/** Nearly all of the time goes into learning. */
const learningShare = 0.95;

/** Tells how far learning is in bytes that are newly done with. */
function learningProgress({ inputs, progress }: ExportJob): (done: number, total: number) => void {
  let told = 0;
  return (done, total) => {
    const bytes = Math.floor((learningShare * inputs.bytes * done) / total);
    progress(bytes - told);
    told = bytes;
  };
}

/** Every tensor that becomes smaller or gets other numbers. */
async function cutsOf(
  sets: readonly ChannelSet[],
  { cuts, changed }: Narrowing,
  { model, file }: OpenOnnx,
  { inputs }: ExportJob,
  owner: AsyncDisposableStack,
): Promise<readonly Cut[]> {
  const stays = new Map<OnnxTensor, (Uint8Array | undefined)[]>();
  for (const [place, { made, read, count }] of sets.entries()) {
    const kept = cuts[place]?.kept ?? [];
    if (kept.length === count) continue;
    for (const { tensor, axis, run } of [...made, ...read]) {
      const axes = stays.get(tensor) ?? tensor.shape.map(() => undefined);
      const stay = new Uint8Array(count * run);
      for (const channel of kept) stay.fill(1, channel * run, (channel + 1) * run);
      axes[axis] = stay;
      stays.set(tensor, axes);
    }
  }
  const tensors = new Map(graphTensors(model.graph).map((tensor) => [tensor.name, tensor]));
  const changes = new Map(changed.map(({ name, path }) => [tensors.get(name), path]));
  for (const tensor of changes.keys()) if (tensor && !stays.has(tensor)) stays.set(tensor, []);
  const found: Cut[] = [];
  for (const [tensor, axes] of stays) {
    const before = floatsOf(tensor, model.graph, file, inputs);
    const path = changes.get(tensor);
    const after = path === undefined ? before : await changedTensor(path, tensor, owner);
    if (!before || !after)
      throw new FeatherweightError('INTERNAL', `"${tensor.name}" of "${file.name}" cannot be read.`);
    found.push({ tensor, before, after, stays: axes, loss: new Loss() });
  }
  return found;
}

async function changedTensor(
  path: string,
  { name, shape }: OnnxTensor,
  owner: AsyncDisposableStack,
): Promise<FloatTensor | undefined> {
  const source = owner.use(await FileSource.open(path));
  return floatTensor(source, { name, dtype: 'F32', shape, offset: 0, byteLength: source.size });
}

/** Edits of nodes that tell a number of channels, and of declared shapes that are no longer true. */
function graphEdits(
  sets: readonly ChannelSet[],
  { cuts }: Narrowing,
  { model: { graph }, file }: OpenOnnx,
  gone: ReadonlySet<OnnxTensor>,
): readonly Edit[] {
  const grouped = sets.flatMap((set, place) =>
    set.grouped.map((node) => ({ node, group: cuts[place]?.kept.length ?? 0 })),
  );
  const source = named(file);
  const names = new Set([...gone].map(({ name }) => name));
  const moved = graph.nodes.filter(({ inputs }) => inputs.some((name) => names.has(name)));
  const stale = new Set([
    ...sets.flatMap(({ values }) => values),
    ...moved.flatMap(({ outputs }) => outputs),
    ...names,
  ]);
  return [
    ...grouped.map(({ node, group }) =>
      replace(node, ...rebuilt(node, { without: ['group'], attributes: { group } }, source)),
    ),
    ...graph.values.filter(({ name }) => stale.has(name)).map((value) => replace(value)),
  ];
}

function wordsOf(sets: readonly ChannelSet[], { cuts }: Narrowing): string {
  const all = sets.reduce((sum, { count }) => sum + count, 0);
  const kept = cuts.reduce((sum, each) => sum + each.kept.length, 0);
  const worst = cuts.reduce((most, { error }) => Math.max(most, error), 0);
  return `${all - kept} of ${all} channels were taken out, in ${cuts.filter(({ error }) => error > 0).length} of ${sets.length} places. What reads them gives up to ${(100 * Math.sqrt(worst)).toFixed(1)} % else on the sample inputs.`;
}

function reportOf(cut: Cut, file: string): ExportedTensor {
  const { tensor, before, loss } = cut;
  const left = shapeOf(cut).reduce((product, extent) => product * extent, 1);
  return {
    ...{ name: tensor.name, file, dtype: 'F32', shape: tensor.shape },
    ...{ bytesIn: 4 * before.count, bytesOut: 4 * left },
    to: left < before.count ? 'F32 with fewer channels' : 'F32, making good what others lose',
    ...{ relativeError: loss.relativeError, maxError: loss.maxError },
  };
}
