import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import { folderWith } from '../support/folder.ts';
import { largeModel } from '../support/large-model.ts';
import { mixedModel } from '../support/mixed-model.ts';
import { randomNumbers } from '../support/streams.ts';
import { commandLine, start } from './support/command-line.ts';

const digest = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex');

describe('a process that is killed', () => {
  test('leaves the original as it was and nothing under a final name, and the next run does as if it had not been', async () => {
    const bytes = mixedModel(400_000);
    const folder = await folderWith({ 'm.safetensors': bytes });
    const [input, archive, restored] = ['m.safetensors', 'm.fwz', 'back.safetensors'].map((name) => join(folder, name));
    const random = randomNumbers(3);
    const moments = Array.from({ length: 10 }, () => 150 + random() * 900);
    const kill = async (words: readonly string[], after: number): Promise<boolean> => {
      const { child, ended } = start('source', words);
      await sleep(after);
      child.kill('SIGKILL');
      return (await ended).code === null;
    };
    for (const after of moments) {
      const wasKilled = await kill(['compress', input ?? '', '-o', archive ?? '', '--force'], after);
      expect(digest(await readFile(input ?? ''))).toBe(digest(bytes));
      // It may have been quicker than the kill; then the name is rightly there.
      if (wasKilled) expect((await readdir(folder)).filter((name) => name.endsWith('.fwz'))).toEqual([]);
      else break;
    }
    const again = await commandLine('source', ['compress', input ?? '', '-o', archive ?? '', '--force', '--json']);
    expect(again.code).toBe(0);
    await kill(['restore', archive ?? '', '-o', restored ?? ''], 500);
    const names = await readdir(folder);
    if (names.includes('back.safetensors')) expect(digest(await readFile(restored ?? ''))).toBe(digest(bytes));
    expect((await commandLine('source', ['restore', archive ?? '', '-o', restored ?? '', '--force'])).code).toBe(0);
    expect(digest(await readFile(restored ?? ''))).toBe(digest(bytes));
    expect((await readdir(folder)).sort()).toEqual(['back.safetensors', 'm.fwz', 'm.safetensors']);
  });
});

test('an export that is killed leaves no finished name, and the next one in that folder removes what it left', async () => {
  const folder = await folderWith({ 'm.safetensors': largeModel(24), 'other.safetensors': mixedModel(1000) });
  const input = join(folder, 'm.safetensors');
  const { child, ended } = start('source', ['export', input, '--to', 'znn']);
  const isUnfinished = (name: string): boolean => name.includes('.partial-');
  await expect
    .poll(async () => (await readdir(folder)).some(isUnfinished), { timeout: 20_000, interval: 5 })
    .toBe(true);
  child.kill('SIGKILL');
  expect((await ended).code).toBe(null);
  const left = await readdir(folder);
  expect(left).toHaveLength(3);
  expect(left.filter(isUnfinished)).toEqual([expect.stringMatching(/^m\.znn/)]);
  expect((await commandLine('source', ['export', join(folder, 'other.safetensors'), '--to', 'znn'])).code).toBe(0);
  expect((await readdir(folder)).sort()).toEqual(['m.safetensors', 'other.safetensors', 'other.znn.safetensors']);
});

describe.skipIf(process.platform === 'win32')('a disk that fills', () => {
  // The shell's limit on the size of a file stands in for the disk's end: writes fail in the middle of the work.
  const limited = (words: readonly string[], kibibytes: number): Promise<{ code: number | null; last: string }> =>
    new Promise((resolve) => {
      const entry = fileURLToPath(new URL('./support/source-entry.ts', import.meta.url));
      const child = spawn('bash', [
        '-c',
        `ulimit -f ${kibibytes}; exec "$@"`,
        'bash',
        process.execPath,
        entry,
        ...words,
      ]);
      let out = '';
      child.stdout.setEncoding('utf8').on('data', (text: string) => (out += text));
      child.on('close', (code) => {
        resolve({ code, last: out.trim().split('\n').at(-1) ?? '' });
      });
    });

  test('ends with code 4 and a clear word, and leaves nothing but the original', async () => {
    const bytes = mixedModel(100_000);
    const folder = await folderWith({ 'm.safetensors': bytes });
    const input = join(folder, 'm.safetensors');
    const { code, last } = await limited(['compress', input, '--json'], 300);
    expect(code).toBe(4);
    expect(JSON.parse(last)).toMatchObject({ type: 'failed', error: { code: 'DISK_FULL' } });
    expect(await readdir(folder)).toEqual(['m.safetensors']);
    expect((await commandLine('source', ['compress', input])).code).toBe(0);
    const restoring = await limited(['restore', `${input}.fwz`, '-o', join(folder, 'back'), '--json'], 300);
    expect(restoring.code).toBe(4);
    expect((await readdir(folder)).sort()).toEqual(['m.safetensors', 'm.safetensors.fwz']);
    expect(digest(await readFile(input))).toBe(digest(bytes));
  });
});
