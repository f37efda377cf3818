import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { writeModel } from './generate.ts';

const entry = fileURLToPath(new URL('../../scripts/fw.mjs', import.meta.url));

/** Generates a BF16 model of `bytes` and races the program on it against a file copy and zstd; prints the table. */
export async function benchWholeFile(bytes: number, words: readonly string[]): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), 'featherweight-bench-'));
  try {
    const file = join(folder, 'generated-bf16.safetensors');
    await writeModel(file, bytes);
    const child = spawn(process.execPath, [entry, 'bench', file, ...words], { stdio: 'inherit' });
    const [code] = (await once(child, 'close')) as [number | null];
    if (code !== 0) process.exitCode = code ?? 1;
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}
