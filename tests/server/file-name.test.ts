import { basename } from 'node:path';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { safeFileName } from '../../src/server/file-name.ts';

test('any text becomes one visible file name of bounded length, and is then left alone', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary', maxLength: 400 }), (sent) => {
      const name = safeFileName(sent);
      expect(name).toBe(basename(name));
      expect(name).toMatch(/^[^.\s/\\\p{Cc}\p{Cf}]/u);
      expect(Buffer.byteLength(name)).toBeLessThanOrEqual(200);
      expect(Buffer.byteLength(name)).toBeGreaterThan(0);
    }),
  );
});

test.each([
  ['model-00001-of-00002.safetensors', 'model-00001-of-00002.safetensors'],
  ['模型 v1.onnx', '模型 v1.onnx'],
  ['a/b.gguf', 'b.gguf'],
  ['a\\b.gguf', 'b.gguf'],
  ['...', 'model'],
  ['', 'model'],
  ['con.txt', '_con.txt'],
  ['a\u202Efdp.exe', 'a_fdp.exe'],
])('%j becomes %j', (sent, name) => expect(safeFileName(sent)).toBe(name));

test('a long name keeps its end', () => {
  expect(safeFileName(`${'x'.repeat(1000)}.safetensors`)).toMatch(/^x+\.safetensors$/);
});
