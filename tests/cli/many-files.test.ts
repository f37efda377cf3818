import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { expect, test } from 'vitest';
import { folderWith } from '../support/folder.ts';
import { headerText, safetensorsFile } from '../support/safetensors.ts';

const entry = fileURLToPath(new URL('support/source-entry.ts', import.meta.url));
const shards = 500;

/** The command line with room for so many open files. */
function limited(openFiles: number, words: readonly string[]): Promise<unknown> {
  const script = `ulimit -n ${openFiles} && exec "$0" "$@"`;
  return promisify(execFile)('bash', ['-c', script, process.execPath, entry, ...words], { maxBuffer: 2 ** 26 });
}

test.skipIf(process.platform === 'win32')(
  'a model of more files than a process may open comes back',
  async () => {
    const files: Record<string, string | Uint8Array> = {};
    const shardOf: Record<string, string> = {};
    for (let shard = 0; shard < shards; shard++) {
      const name = `model-${String(shard + 1).padStart(5, '0')}-of-${String(shards).padStart(5, '0')}.safetensors`;
      const tensor = { name: `t.${shard}`, dtype: 'U8', shape: [4], begin: 0, end: 4 };
      files[name] = safetensorsFile(headerText([tensor]), Uint8Array.of(shard, shard >> 8, 7, 7));
      shardOf[`t.${shard}`] = name;
    }
    files['model.safetensors.index.json'] = JSON.stringify({ metadata: {}, weight_map: shardOf });
    const folder = await folderWith(files);
    const away = await folderWith({});
    const [archive, back] = [join(away, 'm.fwz'), join(away, 'back')];
    await limited(160, ['compress', folder, '-o', archive, '--json']);
    await limited(160, ['verify', archive, '--against', folder, '--json']);
    await limited(160, ['restore', archive, '-o', back, '--json']);
    expect((await readdir(back)).length).toBe(shards + 1);
    for (const name of [Object.keys(files)[0], Object.keys(files)[shards - 1], 'model.safetensors.index.json'])
      expect(digest(await readFile(join(back, name ?? '')))).toBe(digest(await readFile(join(folder, name ?? ''))));
  },
  120_000,
);

function digest(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex');
}
