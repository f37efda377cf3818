import type { InputFile } from '../../models/inputs.ts';
import { carrySideFiles } from '../carry.ts';
import type { ExportedTensor, ExportJob, ExportOutcome, ExportTarget } from '../export.ts';
import type { SafetensorsKind } from './choose.ts';
import { largestConfig, quantizedConfig } from './config.ts';
import { safetensorsFile } from './file.ts';
import { newIndex, type Placed } from './shards.ts';
import { newShard } from './tensors.ts';

const target = (
  kind: SafetensorsKind,
  rest: Pick<ExportTarget, 'title' | 'summary' | 'ticks' | 'load'>,
): ExportTarget => ({
  id: `safetensors-${kind}`,
  ...rest,
  from: ['safetensors'],
  check: 'safetensors',
  extension: () => '.safetensors',
  refuses: ({ files }) => (files.some(isShard) ? undefined : 'it has no safetensors file'),
  write: (job) => write(kind, job),
});

const folderLoad = 'In place of the original folder: from_pretrained(folder), or vllm serve folder.';
const codes =
  'with a scale for each output (NAME_scale); for language models with the configuration that vLLM and transformers read.';

/** Safetensors files, shard by shard, whose weights are smaller. */
export const safetensorsTargets: readonly ExportTarget[] = [
  target('fp8', {
    title: 'Safetensors, 8-bit floats',
    summary: `Matrices in F8 E4M3 ${codes}`,
    ticks: { smallerOnDisk: true, smallerInMemory: true, faster: true },
    load: folderLoad,
  }),
  target('int8', {
    title: 'Safetensors, 8-bit integers',
    summary: `Matrices in I8 ${codes}`,
    ticks: { smallerOnDisk: true, smallerInMemory: true, faster: true },
    load: folderLoad,
  }),
  target('bf16', {
    title: 'Safetensors, BF16',
    summary: 'Half of single precision, with its whole range. What most language models are published in.',
    ticks: { smallerOnDisk: true, smallerInMemory: true, faster: false },
    load: 'In place of the original: every program that reads safetensors reads BF16.',
  }),
  target('f16', {
    title: 'Safetensors, half precision',
    summary: 'Half of single precision, finer than BF16; tensors with values beyond 65504 stay as they are.',
    ticks: { smallerOnDisk: true, smallerInMemory: true, faster: false },
    load: 'In place of the original: every program that reads safetensors reads F16.',
  }),
];

/** Whether a file of the model is safetensors. */
export function isShard({ layout }: InputFile): boolean {
  return layout?.format === 'safetensors';
}

async function write(kind: SafetensorsKind, job: ExportJob): Promise<ExportOutcome> {
  const { inputs, stage, signal, provenance } = job;
  const shards = inputs.files.filter(isShard);
  const reports: ExportedTensor[] = [];
  const placed = new Map<string, Placed>();
  const keys = new Set<string>();
  for (const file of shards) {
    const { tensors, reports: known } = await newShard(kind, file, job);
    const name = stage.mainName ?? file.name;
    for (const tensor of tensors) placed.set(tensor.name, { file: name, bytes: tensor.content.length });
    const old = file.layout?.metadata ?? {};
    for (const key of Object.keys(old)) keys.add(key);
    await stage.write(name, safetensorsFile(tensors, { format: 'pt', ...old, ...provenance }), signal);
    reports.push(...known());
  }
  const changed = new Set<string>();
  for (const file of stage.mainName === undefined ? inputs.files : []) {
    const text = isIndex(file) ? newIndex(placed) : await newConfig(kind, file, reports);
    if (text === undefined) continue;
    changed.add(file.name);
    await stage.write(file.name, [new TextEncoder().encode(text)], signal);
  }
  const sides = await carrySideFiles(job, (file) => !isShard(file) && !changed.has(file.name));
  return {
    tensors: reports,
    main: stage.mainName ?? shards[0]?.name ?? '',
    carried: [...(keys.size > 0 ? [`${keys.size} metadata entries`] : []), ...changed, ...sides],
  };
}

/** Whether a file is the index of the shards. */
export function isIndex({ name }: InputFile): boolean {
  return /\.safetensors\.index(\.[\w-]+)?\.json$/i.test(name);
}

async function newConfig(
  kind: SafetensorsKind,
  { name, source }: InputFile,
  reports: readonly ExportedTensor[],
): Promise<string | undefined> {
  if (name !== 'config.json' || (kind !== 'fp8' && kind !== 'int8') || source.size > largestConfig) return undefined;
  const bytes = new Uint8Array(source.size);
  await source.read(0, bytes);
  const isKept = ({ to, shape }: ExportedTensor): boolean => shape.length === 2 && !to.endsWith('per channel');
  const kept = reports.filter((report) => isKept(report) && report.name.endsWith('.weight'));
  const layers = kept.map((report) => report.name.slice(0, -'.weight'.length));
  return quantizedConfig(new TextDecoder().decode(bytes), kind, layers);
}
