import { open, readFile, stat } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import type { LoadTest } from '../../engine/index.ts';

const { resolve } = createRequire(import.meta.url);

/** Has new GGUF files parsed by a library of others: metadata, and the type and place of every tensor. */
export function readGguf(folder: string, names: readonly string[]): Promise<LoadTest> {
  return readBy('@huggingface/gguf', async () => {
    const { gguf } = await import('@huggingface/gguf');
    return async () => {
      let [tensors, pairs] = [0, 0];
      for (const name of names.filter((each) => each.endsWith('.gguf'))) {
        const { tensorInfos, metadata } = await gguf(join(folder, name), { allowLocalFile: true });
        tensors += tensorInfos.length;
        pairs += Object.keys(metadata).length;
      }
      return `${pairs} metadata entries and ${found(tensors)}`;
    };
  });
}

/** Has new safetensors files parsed by a library of others, all shards of an index together. */
export function readSafetensors(folder: string, names: readonly string[]): Promise<LoadTest> {
  return readBy('@huggingface/hub', async () => {
    const { parseSafetensorsMetadata } = await import('@huggingface/hub');
    const repo = 'local/file';
    const tensorsOf = (header: object): number => Object.keys(header).filter((key) => key !== '__metadata__').length;
    return async () => {
      const index = names.find((each) => each.endsWith('.safetensors.index.json'));
      if (index !== undefined) {
        const shards = new Map(names.map((name) => [name, join(folder, name)]));
        const parsed = await parseSafetensorsMetadata({ repo, path: index, fetch: fetchFrom(shards) });
        const headers = 'headers' in parsed ? Object.values(parsed.headers) : [];
        const tensors = headers.reduce((sum, header) => sum + tensorsOf(header), 0);
        return `${found(tensors)} in ${headers.length} shards`;
      }
      let tensors = 0;
      for (const name of names.filter((each) => each.endsWith('.safetensors'))) {
        const path = 'model.safetensors';
        const fetch = fetchFrom(new Map([[path, join(folder, name)]]));
        const parsed = await parseSafetensorsMetadata({ repo, path, fetch });
        if ('header' in parsed) tensors += tensorsOf(parsed.header);
      }
      return found(tensors);
    };
  });
}

/** What these libraries check; they read no elements. */
function found(tensors: number): string {
  return `the names, types, shapes and places of ${tensors} tensors`;
}

/** Loads a library and has it read; it is left out where it is not installed. */
async function readBy(library: string, load: () => Promise<() => Promise<string>>): Promise<LoadTest> {
  const read = await load().catch(() => undefined);
  if (read === undefined) return { reader: library, isLoaded: undefined, result: `${library} is not installed` };
  const reader = `${library} ${await versionOf(library)}`;
  try {
    return { reader, isLoaded: true, result: await read() };
  } catch (error) {
    const result = error instanceof Error ? error.message : String(error);
    // What is only longer than the library reads is no fault of the file.
    return { reader, isLoaded: /maximum/i.test(result) ? undefined : false, result };
  }
}

async function versionOf(library: string): Promise<string> {
  const text = await readFile(join(dirname(resolve(library)), '..', 'package.json'), 'utf8');
  const { version } = JSON.parse(text) as { readonly version: string };
  return version;
}

/** Answers requests for ranges of files as a server would; the library knows no other way to a file. */
function fetchFrom(files: ReadonlyMap<string, string>): typeof fetch {
  return async (address, options) => {
    const url = new URL(address instanceof Request ? address.url : address);
    const path = files.get(decodeURIComponent(url.pathname.split('/resolve/main/')[1] ?? ''));
    if (path === undefined) return new Response(null, { status: 404, headers: { 'x-error-code': 'EntryNotFound' } });
    const { size } = await stat(path);
    const [, first, last] = /^bytes=(\d+)-(\d+)$/.exec(new Headers(options?.headers).get('range') ?? '') ?? [];
    const start = Math.min(size, Number(first ?? 0));
    const end = Math.min(size, Number(last ?? size - 1) + 1);
    if (end - start > largestAnswer) return new Response(null, { status: 413 });
    const bytes = new Uint8Array(Math.max(0, end - start));
    await using file = await open(path);
    await file.read(bytes, 0, bytes.length, start);
    const range = `bytes ${start}-${end - 1}/${size}`;
    return new Response(bytes, { status: 206, headers: { 'content-range': range, etag: '"local"' } });
  };
}

/** More than any header that the library reads. */
const largestAnswer = 2 ** 26;
