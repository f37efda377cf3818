import { MalformedFileError } from '../../errors.ts';
import type { ByteSource } from '../../io/source.ts';
import { limits } from '../../limits.ts';
import { byteLengthOf, type DType } from '../../tensor/dtype.ts';
import type { ExternalTensor, FileLayout, Format, ScanLimits } from '../format.ts';
import { readJson, shown, type JsonReader } from '../json-reader.ts';
import { noticeList, type NoticeList } from '../notice-list.ts';
import { freeName, type TakenNames } from '../ranges.ts';
import { readManifest, type WeightGroup } from './manifest.ts';

/** How a `model.json` and a bare manifest begin; there are many other files of these names. */
const beginnings = [
  /^\s*\{\s*"(modelTopology|weightsManifest)"\s*:/,
  /^\s*\{\s*"format"\s*:\s*"(layers|graph)-model"/,
  /^\s*\[\s*\{\s*"(weights|paths)"\s*:\s*\[/,
];

const dtypeOf: ReadonlyMap<string, DType> = new Map([
  ['float32', 'F32'],
  ['float16', 'F16'],
  ['int32', 'I32'],
  ['uint16', 'U16'],
  ['uint8', 'U8'],
  ['bool', 'BOOL'],
  ['complex64', 'C64'],
]);

/** TensorFlow.js: a JSON file that says which weights are in which shard files. */
export const tfjs: Format = {
  id: 'tfjs',
  title: 'TensorFlow.js',
  // `.json` is the extension of too many other things.
  extensions: [],
  detect(head) {
    const start = String.fromCharCode(...head);
    return beginnings.some((beginning) => beginning.test(start));
  },
  scan,
};

async function scan(source: ByteSource, { headerBytes }: ScanLimits): Promise<FileLayout> {
  const { name: file, size } = source;
  const most = Math.min(headerBytes, limits.headerBytes);
  if (size > most)
    throw new MalformedFileError(`"${file}" is ${size} bytes long; a weights manifest may have ${most}.`, {
      file,
      size,
    });
  const bytes = new Uint8Array(size);
  await source.read(0, bytes);
  const json = readJson(bytes, `"${file}"`);
  const metadata: Record<string, string> = {};
  const groups = json.peek() === 'array' ? readManifest(json) : readModel(json, metadata);
  json.end();
  const notices = noticeList();
  const names = new Map<string, number>();
  const external = groups.flatMap((group) => placeGroup(group, names, notices));
  const layout = { format: tfjs.id, tensors: [], metadata, notices: notices.all() };
  return external.length === 0 ? layout : { ...layout, external };
}

function readModel(json: JsonReader, metadata: Record<string, string>): readonly WeightGroup[] {
  let groups: readonly WeightGroup[] = [];
  json.object((key) => {
    const isText = json.peek() === 'string';
    if (key === 'weightsManifest') groups = readManifest(json);
    else if (isText && ['format', 'generatedBy', 'convertedBy'].includes(key)) metadata[key] = json.string();
    else json.skip();
  });
  return groups;
}

/** The weights of a group where they are, counted from the start of its first file. */
function placeGroup(
  { paths, weights }: WeightGroup,
  names: TakenNames,
  notices: NoticeList,
): readonly ExternalTensor[] {
  const [location, ...continued] = paths.map((path) => path.replace(/^(\.\/)+/, ''));
  const placed: ExternalTensor[] = [];
  if (location === undefined) return placed;
  let offset = 0;
  for (const { name, dtype: word, shape } of weights) {
    const dtype = dtypeOf.get(word);
    const byteLength = dtype === undefined ? undefined : byteLengthOf(dtype, shape);
    if (dtype === undefined || byteLength === undefined || !Number.isSafeInteger(offset + byteLength)) {
      notices.add(
        'length',
        `How long the weight ${shown(name)} of type ${shown(word)} is cannot be told; it and those behind it are kept as they are.`,
      );
      break;
    }
    placed.push({ name: freeName(name, names), dtype, shape, offset, byteLength, location, continued });
    offset += byteLength;
  }
  return placed;
}
