import { spawnSync } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { exported } from '../../support/exports.ts';
import { folderWith } from '../../support/folder.ts';
import { config, llama } from '../../support/llama.ts';
import { readGguf } from '../../support/read-gguf.ts';
import { readSafetensors } from '../../support/read-safetensors.ts';

interface ForeignTensor {
  readonly name: string;
  readonly dtype: string;
  readonly shape: readonly number[];
  readonly elements: string;
}

const python = process.env['FEATHERWEIGHT_PYTHON'] ?? 'python3';
const script = join(import.meta.dirname, '../../support/foreign-readers.py');
const has = (library: string): boolean => spawnSync(python, ['-c', `import ${library}`]).status === 0;

function foreign(kind: 'gguf' | 'safetensors', path: string): readonly ForeignTensor[] {
  const { stdout, stderr, status } = spawnSync(python, [script, kind, path], { encoding: 'utf8', maxBuffer: 2 ** 28 });
  expect(status, stderr).toBe(0);
  return JSON.parse(stdout) as ForeignTensor[];
}

describe.runIf(has('gguf'))('the gguf library of llama.cpp', () => {
  test.each(['gguf-f16', 'gguf-q8_0', 'gguf-q4_0', 'gguf-q4_k', 'gguf-q6_k'])(
    'reads the same numbers of every tensor of %s as the reader of these tests',
    async (target) => {
      const files = { 'model.safetensors': llama().file, 'config.json': JSON.stringify(config) };
      const folder = await folderWith(files);
      const { report } = await exported(join(folder, 'model.safetensors'), target, join(folder, 'model.gguf'));
      const ours = readGguf(await readFile(report.output)).tensors;
      const theirs = foreign('gguf', report.output);
      expect(theirs.map(({ name }) => name)).toEqual([...ours.keys()]);
      for (const { name, shape, elements } of theirs) {
        const values = new Float32Array(Uint8Array.from(Buffer.from(elements, 'base64')).buffer);
        expect(shape).toEqual(ours.get(name)?.shape);
        expect(worst(values, ours.get(name)?.values), name).toBeLessThan(1e-6);
      }
    },
  );
});

describe.runIf(has('safetensors'))('the safetensors library', () => {
  test.each(['fp8', 'int8', 'bf16', 'f16'])('opens safetensors-%s and finds the same tensors', async (kind) => {
    const folder = await folderWith({ 'model.safetensors': llama().file });
    const { report } = await exported(join(folder, 'model.safetensors'), `safetensors-${kind}`);
    const ours = readSafetensors(await readFile(report.output)).tensors;
    const theirs = foreign('safetensors', report.output);
    expect(theirs.map(({ name }) => name).sort()).toEqual([...ours.keys()].sort());
    for (const { name, dtype, shape } of theirs) expect(ours.get(name)).toMatchObject({ dtype, shape });
  });
});

/** The largest difference of a value. */
function worst(one: Float32Array, other: Float32Array | undefined): number {
  return one.reduce((most, value, index) => Math.max(most, Math.abs(value - (other?.[index] ?? NaN))), 0);
}
