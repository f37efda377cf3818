import { UnsupportedInputError } from '../../errors.ts';
import type { InputFile } from '../../models/inputs.ts';
import type { TensorRange } from '../../tensor/tensor.ts';
import { carrySideFiles } from '../carry.ts';
import type { ExportedTensor, ExportJob, ExportOutcome, ExportTarget } from '../export.ts';
import { inOrder, safetensorsFile, type NewTensor } from '../safetensors/file.ts';
import { isIndex, isShard } from '../safetensors/index.ts';
import { newIndex, type Placed } from '../safetensors/shards.ts';
import { streamed } from '../streamed.ts';
import { encodeRecord, plainType, znnTypes, type ZnnType } from './record.ts';

/** A record is held in memory while it is made, so larger tensors stay as they are. */
const largestTensor = 2 ** 26;
const logPiece = 20;
const pieceBytes = 2 ** logPiece;

/** Files for users of ZipNN: exact, and smaller on disk only. */
export const znnTarget: ExportTarget = {
  id: 'znn',
  title: 'ZipNN',
  summary: 'Exact: .znn.safetensors of safetensors files, .znn of others. ZipNN gives the original back.',
  ticks: { smallerOnDisk: true, smallerInMemory: false, faster: false },
  load: 'import zipnn; zipnn.zipnn_safetensors() and load as ever, or zipnn_decompress_file FILE.',
  from: [],
  check: 'safetensors',
  extension: (file) => (isShard(file) ? '.safetensors' : ''),
  refuses: ({ files }) =>
    files.some(isShard) || files.filter(({ layout }) => (layout?.tensors.length ?? 0) > 0).length === 1
      ? undefined
      : 'its weights are in several files, which ZipNN has no form for',
  write,
};

async function write(job: ExportJob): Promise<ExportOutcome> {
  const { inputs, stage, signal } = job;
  const shards = inputs.files.filter(isShard);
  if (shards.length === 0) return writeWhole(job);
  const placed = new Map<string, Placed>();
  const reports: ExportedTensor[] = [];
  let main = '';
  for (const file of shards) {
    const name = stage.mainName ?? file.name.replace(/\.safetensors$/i, '.znn.safetensors');
    if (main === '') main = name;
    reports.push(...(await writeShard(file, name, placed, job)));
  }
  for (const file of stage.mainName === undefined ? inputs.files.filter(isIndex) : [])
    await stage.write(file.name, [new TextEncoder().encode(newIndex(placed))], signal);
  const sides = await carrySideFiles(job, (file) => !isShard(file) && !isIndex(file));
  return { tensors: reports, main, carried: ['metadata entries', ...sides] };
}

/** One safetensors file: tensors that shrink become records. */
async function writeShard(
  { name: file, source, layout }: InputFile,
  name: string,
  placed: Map<string, Placed>,
  { stage, signal, progress }: ExportJob,
): Promise<readonly ExportedTensor[]> {
  const compressed: Record<string, { dtype: string; shape: string }> = Object.create(null) as typeof compressed;
  const groups: NewTensor[][] = [];
  const reports: ExportedTensor[] = [];
  for (const range of layout?.tensors ?? []) {
    // The header says how long each record is, so every tensor is coded twice: once to know, once to write.
    const length = await recordLength(range, source);
    const isCoded = length !== undefined && length < range.byteLength;
    const type = znnTypes[range.dtype];
    if (isCoded && type !== undefined)
      compressed[range.name] = { dtype: type.word, shape: `[${range.shape.join(', ')}]` };
    const size = isCoded ? length : range.byteLength;
    const chunks = isCoded
      ? () => record(range, source)
      : () => streamed(source, signal, range.offset, range.offset + range.byteLength);
    groups.push([
      {
        name: range.name,
        dtype: isCoded ? 'U8' : range.dtype,
        shape: isCoded ? [length] : range.shape,
        content: { length: size, chunks },
      },
    ]);
    placed.set(range.name, { file: name, bytes: size });
    reports.push({
      ...{ name: range.name, file, dtype: range.dtype, shape: range.shape, bytesIn: range.byteLength, bytesOut: size },
      ...{ to: isCoded ? 'ZipNN record' : range.dtype, relativeError: 0, maxError: 0 },
    });
    progress(range.byteLength);
    signal.throwIfAborted();
  }
  const metadata = { ...layout?.metadata, znn_compressed_vectors: JSON.stringify(compressed) };
  await stage.write(name, safetensorsFile(inOrder(groups), metadata), signal);
  return reports;
}

async function* record(range: TensorRange, source: InputFile['source']): AsyncGenerator<Uint8Array, void> {
  const type = znnTypes[range.dtype];
  if (type === undefined) return;
  const bytes = new Uint8Array(range.byteLength);
  await source.read(range.offset, bytes);
  yield encodeRecord(bytes, type, { shape: range.shape });
}

async function recordLength(range: TensorRange, source: InputFile['source']): Promise<number | undefined> {
  if (znnTypes[range.dtype] === undefined || range.byteLength > largestTensor || range.byteLength === 0)
    return undefined;
  for await (const bytes of record(range, source)) return bytes.length;
  return undefined;
}

/** Any other file: pieces of it as records of the number type that most of its bytes have. */
async function writeWhole(job: ExportJob): Promise<ExportOutcome> {
  const { inputs, stage, signal } = job;
  const [file] = inputs.files.filter(({ layout }) => (layout?.tensors.length ?? 0) > 0);
  if (file === undefined) throw new UnsupportedInputError('There are no weights to write as .znn.');
  const bytes = new Map<string, number>();
  for (const { dtype, byteLength } of file.layout?.tensors ?? [])
    bytes.set(dtype, (bytes.get(dtype) ?? 0) + byteLength);
  const [most = ''] = [...bytes].sort(([, one], [, other]) => other - one)[0] ?? [];
  const type = znnTypes[most] ?? plainType;
  const main = stage.mainName ?? `${file.name}.znn`;
  await stage.write(main, records(file, type, job), signal);
  const sides = await carrySideFiles(job, (each) => each !== file);
  return { tensors: [], main, carried: sides };
}

async function* records(
  { source }: InputFile,
  type: ZnnType,
  { signal, progress }: ExportJob,
): AsyncGenerator<Uint8Array, void> {
  for (let at = 0; at < source.size; at += pieceBytes) {
    signal.throwIfAborted();
    const piece = new Uint8Array(Math.min(pieceBytes, source.size - at));
    await source.read(at, piece);
    yield encodeRecord(piece, type, { logPiece });
    progress(piece.length);
  }
}
