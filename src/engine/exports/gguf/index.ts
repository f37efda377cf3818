import { dirname, join } from 'node:path';
import { readFile, stat } from 'node:fs/promises';
import { UnsupportedInputError } from '../../errors.ts';
import type { TensorRange } from '../../tensor/tensor.ts';
import { shown } from '../../formats/json-reader.ts';
import type { InputFile, Inputs } from '../../models/inputs.ts';
import { given } from '../../onnx/edit.ts';
import { carrySideFiles } from '../carry.ts';
import type { ExportedTensor, ExportJob, ExportOutcome, ExportTarget } from '../export.ts';
import { floatTensor, pieceElements, readFloats, type FloatTensor } from '../float-tensor.ts';
import { Loss } from '../loss.ts';
import { isIndex, isShard } from '../safetensors/index.ts';
import { statisticsOf } from '../statistics.ts';
import { blockForms, encodeBlocks, type BlockForm } from './blocks.ts';
import { decodeBlocks } from './decode.ts';
import { ggufFile, type GgufTensor } from './file.ts';
import { headSize, networkMetadata, readConfig, thetaOf, type LlamaConfig } from './metadata.ts';
import { ggufName } from './names.ts';
import { rotationFactors } from './rotation.ts';
import { chatTemplate, tokenizerMetadata } from './tokenizer.ts';

type GgufKind = 'F16' | 'Q8_0' | 'Q4_0' | 'Q4_K' | 'Q6_K';

/** What llama.cpp calls files that are mostly of a type. */
const fileTypes: Readonly<Record<GgufKind, number>> = { F16: 1, Q4_0: 2, Q8_0: 7, Q4_K: 15, Q6_K: 18 };
const largestConfig = 100_000_000;

const target = (kind: GgufKind, title: string, summary: string): ExportTarget => ({
  id: `gguf-${kind.toLowerCase()}`,
  title,
  summary,
  ticks: { smallerOnDisk: true, smallerInMemory: true, faster: kind !== 'F16' },
  load: 'llama-cli -m FILE, or any program of the llama.cpp family.',
  from: ['safetensors'],
  check: 'gguf',
  extension: () => '.gguf',
  refuses,
  write: (job) => write(kind, job),
});

/** GGUF files of language models of the Llama family. */
export const ggufTargets: readonly ExportTarget[] = [
  target('F16', 'GGUF, half precision', 'For llama.cpp, and to quantize further with its own tools.'),
  target('Q8_0', 'GGUF Q8_0', '8.5 bits a weight; hardly any loss.'),
  target('Q4_0', 'GGUF Q4_0', '4.5 bits a weight, the simplest form.'),
  target('Q4_K', 'GGUF Q4_K', '4.5 bits a weight with two levels of scales, some matrices in Q6_K; the usual choice.'),
  target('Q6_K', 'GGUF Q6_K', '6.6 bits a weight; close to Q8_0.'),
];

/** Why the model is none of the family. */
async function refuses({ files }: Inputs): Promise<string | undefined> {
  const shards = files.filter(isShard);
  if (shards.length === 0) return 'it has no safetensors file';
  const config = readConfig(await textBeside(files, 'config.json'));
  if (typeof config === 'string') return config;
  for (const { name: file, source, layout } of shards)
    for (const range of layout?.tensors ?? [])
      if (!isLeftOut(range) && (ggufName(range.name) === undefined || floatTensor(source, range) === undefined))
        return `${shown(file)} has the tensor ${shown(range.name)} (${range.dtype}), which is none of a plain Llama`;
  return undefined;
}

/** Frequencies of rotations, which readers of GGUF find themselves. */
const isLeftOut = ({ name }: TensorRange): boolean => /rotary_emb\.inv_freq$/.test(name);

async function write(kind: GgufKind, job: ExportJob): Promise<ExportOutcome> {
  const { inputs, stage, signal } = job;
  const config = readConfig(await textBeside(inputs.files, 'config.json'));
  if (typeof config === 'string') throw new UnsupportedInputError(`"${inputs.model.name}": ${config}.`, {});
  const tensors: GgufTensor[] = [];
  const reports: (() => ExportedTensor)[] = [];
  for (const { name: file, source, layout } of inputs.files.filter(isShard))
    for (const range of layout?.tensors ?? []) {
      const name = ggufName(range.name);
      const floats = floatTensor(source, range);
      // Any other tensor was refused before.
      if (name === undefined || floats === undefined) continue;
      const [form, why] = await formOf(kind, name, floats, config, signal);
      const loss = new Loss();
      const heads = headsOf(name, config);
      const length = (floats.count / form.elements) * form.bytes;
      const chunks = (): AsyncIterable<Uint8Array> => rows(floats, form, heads, loss, job, range.byteLength);
      tensors.push({ name, shape: range.shape, type: form.type, content: { length, chunks } });
      reports.push(() => ({
        ...{ name: range.name, file, dtype: range.dtype, shape: range.shape, bytesIn: range.byteLength },
        ...{ bytesOut: length, to: form.id, relativeError: loss.relativeError, maxError: loss.maxError },
        ...(why !== undefined && { why }),
      }));
    }
  const factors = rotationFactors(config.rope_scaling, thetaOf(config), headSize(config));
  if (factors !== undefined) {
    const content = given(encodeBlocks(blockForms.F32, factors));
    tensors.push({ name: 'rope_freqs.weight', shape: [factors.length], type: blockForms.F32.type, content });
  }
  const metadata = networkMetadata(config, inputs.model.name, fileTypes[kind]);
  const tokenizer = tokenizerMetadata((await textBeside(inputs.files, 'tokenizer.json')) ?? '', config);
  if (tokenizer === undefined)
    job.notice(
      'The tokenizer is not in the file: there is no BPE tokenizer.json of the tokenizers library beside the model.',
    );
  for (const notice of tokenizer?.notices ?? []) job.notice(notice);
  for (const [key, value] of tokenizer?.metadata ?? []) metadata.set(key, value);
  const template = chatTemplate((await textBeside(inputs.files, 'tokenizer_config.json')) ?? '');
  if (template !== undefined) metadata.set('tokenizer.chat_template', { string: template });
  for (const [key, value] of Object.entries(job.provenance)) metadata.set(key, { string: value });
  const main = stage.mainName ?? `${inputs.model.name}.gguf`;
  await stage.write(main, ggufFile(metadata, tensors), signal);
  const sides = await carrySideFiles(job, (file) => !isShard(file) && !isIndex(file));
  return {
    tensors: reports.map((report) => report()),
    main,
    carried: ['config.json', ...(tokenizer === undefined ? [] : ['tokenizer.json']), ...sides].filter(
      (name, place, all) => all.indexOf(name) === place,
    ),
  };
}

/** The text of a small file beside the model; what is not there is `undefined`. */
async function textBeside([first]: readonly InputFile[], name: string): Promise<string | undefined> {
  const path = join(dirname(first?.source.name ?? ''), name);
  const status = await stat(path).catch(() => undefined);
  return status?.isFile() === true && status.size <= largestConfig ? readFile(path, 'utf8') : undefined;
}

async function formOf(
  kind: GgufKind,
  name: string,
  floats: FloatTensor,
  { num_hidden_layers }: LlamaConfig,
  signal: AbortSignal,
): Promise<readonly [BlockForm, string?]> {
  const { shape } = floats;
  const row = shape.at(-1) ?? 1;
  if (shape.length < 2) return [blockForms.F32, 'norms and biases are kept'];
  const { notFinite, overflows } = await statisticsOf(floats, signal);
  if (notFinite > 0) return [blockForms.F32, `${notFinite} of its values are infinite or no numbers`];
  if (overflows > 0) return [blockForms.F32, `${overflows} of its values are beyond half precision`];
  const layer = Number(/^blk\.(\d+)\./.exec(name)?.[1] ?? -1);
  const isFiner = kind === 'Q4_K' && /\.(attn_v|ffn_down)\./.test(name) && layer < num_hidden_layers / 2;
  const isHead = name === 'output.weight' && kind.startsWith('Q4');
  const wanted = isFiner || isHead ? blockForms.Q6_K : blockForms[kind];
  if (row % wanted.elements === 0)
    return wanted === blockForms[kind] ? [wanted] : [wanted, 'the output and half of attn_v and ffn_down are finer'];
  const fallback = row % 32 === 0 ? blockForms.Q8_0 : blockForms.F16;
  return [fallback, `its rows of ${row} are no whole blocks of ${wanted.elements}`];
}

/** Heads whose rows llama.cpp has in another order, since it turns neighbours where Llama turns halves. */
function headsOf(name: string, { num_attention_heads, num_key_value_heads }: LlamaConfig): number {
  if (/\.attn_q\./.test(name)) return num_attention_heads;
  return /\.attn_k\./.test(name) ? (num_key_value_heads ?? num_attention_heads) : 0;
}

/** The blocks of a tensor, row by row; `heads` other than 0 reorders the rows of each head. */
async function* rows(
  floats: FloatTensor,
  form: BlockForm,
  heads: number,
  loss: Loss,
  { signal, progress }: ExportJob,
  bytesIn: number,
): AsyncGenerator<Uint8Array, void> {
  const row = floats.shape.length < 2 && heads === 0 ? floats.count : floats.count / (floats.shape[0] ?? 1);
  const count = floats.count / row;
  const perHead = heads > 0 ? count / heads : 0;
  const rowsAtOnce = Math.max(1, Math.floor(pieceElements / row));
  for (let first = 0; first < count;) {
    signal.throwIfAborted();
    const many = heads > 0 ? 1 : Math.min(rowsAtOnce, count - first);
    const values = await readFloats(floats, (heads > 0 ? sourceRow(first, perHead) : first) * row, many * row);
    const bytes = encodeBlocks(form, values);
    loss.addAll(values, decodeBlocks(form, bytes));
    yield bytes;
    first += many;
  }
  progress(bytesIn);
}

/** Row 2i + j of a head is row i of its half j. */
function sourceRow(target: number, perHead: number): number {
  const within = target % perHead;
  return target - within + (within % 2) * (perHead / 2) + Math.floor(within / 2);
}
