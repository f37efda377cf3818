import { describe, expect, test } from 'vitest';
import code from '../../../src/engine/kernels/generated/byte-planes.wasm.ts';
import other from '../../../src/engine/kernels/generated/huffman.wasm.ts';
import { instantiate } from '../../../src/engine/kernels/load.ts';
import { Workspace } from '../../../src/engine/kernels/workspace.ts';

describe('instantiate', () => {
  const { memory } = new Workspace(65536);

  test('gives one instance for a module and a memory', () => {
    expect(instantiate(code, memory)).toBe(instantiate(code, memory));
  });

  test('keeps memories and modules apart', () => {
    expect(instantiate(code, new Workspace(65536).memory)).not.toBe(instantiate(code, memory));
    expect(instantiate(other, memory)).not.toBe(instantiate(code, memory));
  });

  test('leaves memory as it is, because kernels hold no data of their own', () => {
    const fresh = new Workspace(4 * 65536);
    instantiate(code, fresh.memory);
    instantiate(other, fresh.memory);
    expect(fresh.bytes.every((byte) => byte === 0)).toBe(true);
  });
});
