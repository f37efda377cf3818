import { MalformedFileError } from '../errors.ts';
import { detectFormat, headBytes } from '../formats/catalog.ts';
import type { FileLayout, LayoutNotice, ScanLimits } from '../formats/format.ts';
import { shown } from '../formats/json-reader.ts';
import { noticeList } from '../formats/notice-list.ts';
import { FileSource } from '../io/file-source.ts';
import type { ByteSource } from '../io/source.ts';
import { placeExternal } from './external.ts';
import type { Model, ModelFile } from './model.ts';

/** A file and where its tensors are, or why it is stored as bytes. */
export type ScannedFile =
  | { readonly file: ModelFile; readonly layout: FileLayout }
  | { readonly file: ModelFile; readonly fault: MalformedFileError };

/**
 * Scans every file of a model, in the model's order. A file that breaks its format's rules becomes a fault, never an
 * exception; only files that cannot be read throw. Shards are checked against each other and against their index.
 */
export async function scanModel(model: Model, scanLimits: ScanLimits): Promise<readonly ScannedFile[]> {
  const scanned: ScannedFile[] = [];
  for (const file of model.files) scanned.push(await scanFile(file, scanLimits));
  const placed = placeExternal(scanned);
  return model.shardOf === undefined ? placed : compareShards(placed, model.shardOf);
}

async function scanFile(file: ModelFile, scanLimits: ScanLimits): Promise<ScannedFile> {
  await using source = await FileSource.open(file.path, { found: file.found });
  try {
    return { file, layout: await scanSource(called(source, file.name), scanLimits) };
  } catch (error) {
    if (error instanceof MalformedFileError) return { file, fault: error };
    throw error;
  }
}

/** Detects the format of `source` by its first bytes and its name and scans it. Throws as {@link Format.scan} does. */
export async function scanSource(source: ByteSource, scanLimits: ScanLimits): Promise<FileLayout> {
  const head = new Uint8Array(Math.min(headBytes, source.size));
  await source.read(0, head);
  return detectFormat(head, source.name).scan(source, scanLimits);
}

/** The same bytes under the model's name for them: a file of a hub cache is called by its hash on disk. */
function called(source: ByteSource, name: string): ByteSource {
  return {
    name,
    size: source.size,
    read: (offset, target) => source.read(offset, target),
    [Symbol.asyncDispose]: () => source[Symbol.asyncDispose](),
  };
}

function compareShards(scanned: readonly ScannedFile[], shardOf: ReadonlyMap<string, string>): readonly ScannedFile[] {
  const holders = new Map<string, string>();
  const expected = new Map<string, Set<string>>();
  for (const [tensor, shard] of shardOf) expected.set(shard, (expected.get(shard) ?? new Set()).add(tensor));
  return scanned.map((entry) => {
    const missing = expected.get(entry.file.name);
    if (missing === undefined || 'fault' in entry) return entry;
    const notices = noticeList();
    for (const { name, offset } of entry.layout.tensors) {
      const holder = holders.get(name);
      if (holder === undefined) holders.set(name, entry.file.name);
      else notices.add('twice', `The tensor ${shown(name)} is in ${shown(holder)} as well; both are kept.`, offset);
      if (!missing.delete(name))
        notices.add('elsewhere', `The tensor ${shown(name)} is not where the index puts it.`, offset);
    }
    for (const name of missing) notices.add('missing', `The index puts the tensor ${shown(name)} here, but it is not.`);
    return withNotices(entry.file, entry.layout, notices.all());
  });
}

function withNotices(file: ModelFile, layout: FileLayout, notices: readonly LayoutNotice[]): ScannedFile {
  return { file, layout: { ...layout, notices: [...layout.notices, ...notices] } };
}
