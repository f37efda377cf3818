import { createHash } from 'node:crypto';
import { readdir, readFile } from 'node:fs/promises';
import { extname, join, relative, sep } from 'node:path';

export interface WindowFile {
  readonly bytes: Uint8Array<ArrayBuffer>;
  readonly type: string;
  readonly tag: string;
}

const types: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.svg': 'image/svg+xml',
  '.png': 'image/png',
  '.ico': 'image/x-icon',
  '.woff2': 'font/woff2',
  '.wasm': 'application/wasm',
  '.json': 'application/json',
};

/**
 * Reads the built window into memory, by the path that asks for it. What is not in this map is not there, so no request
 * can name a file of the disk.
 */
export async function readWindowFiles(folder: string): Promise<ReadonlyMap<string, WindowFile>> {
  const files = new Map<string, WindowFile>();
  for (const entry of await readdir(folder, { recursive: true, withFileTypes: true })) {
    if (!entry.isFile()) continue;
    const path = join(entry.parentPath, entry.name);
    const bytes = await readFile(path);
    const tag = `"${createHash('sha256').update(bytes).digest('hex').slice(0, 16)}"`;
    files.set(`/${relative(folder, path).split(sep).join('/')}`, {
      bytes: new Uint8Array(bytes),
      type: types[extname(path)] ?? 'application/octet-stream',
      tag,
    });
  }
  const index = files.get('/index.html');
  if (index) files.set('/', index);
  return files;
}
