import { readFile } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { z } from 'zod';
import { recogniseFolder, type Draft } from './recognise.ts';
import type { ScanCache } from './scan-cache.ts';
import type { FoundFile, FoundFolder } from './walk.ts';

type Folders = ReadonlyMap<string, FoundFolder>;

/** What a program's own folder holds, and which folders below it need no other look. */
export interface Kept {
  readonly drafts: readonly Draft[];
  readonly folders: ReadonlySet<string>;
}

/**
 * The Hugging Face hub cache: `models--ORG--NAME/snapshots/REVISION` holds links to `blobs`, whose names are sha256 of large
 * files. Each revision is a model; files that revisions share are one file.
 */
export async function hubSnapshots(folder: FoundFolder, folders: Folders, cache: ScanCache): Promise<Kept | undefined> {
  const [, owner = ''] = /^models--(.+)$/.exec(basename(folder.path)) ?? [];
  if (owner === '' || !folder.folders.includes('snapshots') || !folder.folders.includes('blobs')) return undefined;
  const snapshots = join(folder.path, 'snapshots');
  const drafts: Draft[] = [];
  for (const snapshot of foldersBelow(snapshots, folders)) {
    if (snapshot.path === snapshots) continue;
    const inside = snapshot.path.slice(snapshots.length + 1);
    const name = `${owner.split('--').join('/')}@${inside.slice(0, 8)}`;
    for (const draft of await recogniseFolder(snapshot, cache))
      drafts.push({
        ...draft,
        name: draft.kind === 'file' ? `${name}/${draft.name}` : name,
        kind: draft.kind === 'file' ? 'file' : 'hub-snapshot',
        app: 'huggingface',
      });
  }
  return { drafts, folders: new Set([...foldersBelow(folder.path, folders)].map(({ path }) => path)) };
}

/** A folder and all below it. */
function* foldersBelow(path: string, folders: Folders): Generator<FoundFolder> {
  const folder = folders.get(path);
  if (!folder) return;
  yield folder;
  for (const name of folder.folders) yield* foldersBelow(join(path, name), folders);
}

const manifestSchema = z.object({
  layers: z.array(z.object({ mediaType: z.string(), digest: z.string().regex(/^sha256:[0-9a-f]{64}$/) })).max(1000),
});
const weightLayer = /\.(model|projector|adapter|tensor)$/;
const mostManifestBytes = 1_000_000;

/** Ollama: `manifests/HOST/OWNER/NAME/TAG` names the `blobs` of each model by their sha256. */
export async function ollamaModels(folder: FoundFolder, folders: Folders): Promise<Kept | undefined> {
  const blobs = folders.get(join(folder.path, 'blobs'));
  if (!folder.folders.includes('manifests') || !blobs?.files.some(({ name }) => /^sha256[-:]/.test(name)))
    return undefined;
  const byDigest = new Map(blobs.files.map((file) => [file.name.replace(/^sha256[-:]/, ''), file]));
  const manifests = join(folder.path, 'manifests');
  const below = [...foldersBelow(manifests, folders)];
  const drafts: Draft[] = [];
  for (const { path, files } of below)
    for (const manifest of files) {
      const layers = await layersOf(manifest);
      const weights = layers.flatMap(({ mediaType, digest }) =>
        weightLayer.test(mediaType) ? (byDigest.get(digest.slice(7)) ?? []) : [],
      );
      const name = `${basename(dirname(path)) === 'library' ? '' : `${basename(dirname(path))}/`}${basename(path)}:${manifest.name}`;
      for (const [number, blob] of weights.entries())
        drafts.push({
          name: number === 0 ? name : `${name} (${number + 1})`,
          kind: 'ollama',
          app: 'ollama',
          path: blob.path,
          weights: [blob],
          sides: [],
        });
    }
  return { drafts, folders: new Set([...below.map(({ path }) => path), blobs.path]) };
}

async function layersOf(manifest: FoundFile): Promise<z.infer<typeof manifestSchema>['layers']> {
  if (manifest.bytes > mostManifestBytes) return [];
  try {
    return manifestSchema.parse(JSON.parse(await readFile(manifest.path, 'utf8'))).layers;
  } catch {
    return [];
  }
}

/** The sha256 that the keeper of a file calls it by. */
export function claimedDigest(realPath: string): string | undefined {
  const [, digest] = /^(?:sha256[-:])?([0-9a-f]{64})$/.exec(basename(realPath)) ?? [];
  return basename(dirname(realPath)) === 'blobs' ? digest : undefined;
}
