import { expect, test } from 'vitest';
import { MalformedFileError } from '../../../src/engine/errors.ts';
import { detectFormat, headBytes } from '../../../src/engine/formats/catalog.ts';
import { gitLfs } from '../../../src/engine/formats/git-lfs/index.ts';
import { memorySource } from '../../../src/engine/io/memory-source.ts';

const oid = `sha256:${'4d7a2146'.repeat(8)}`;
const pointer = (more: Readonly<Record<string, string>> = {}): Uint8Array =>
  new TextEncoder().encode(
    Object.entries({ version: 'https://git-lfs.github.com/spec/v1', oid, size: '12345', ...more })
      .map(([key, value]) => `${key} ${value}\n`)
      .join(''),
  );
const scan = (bytes: Uint8Array) => gitLfs.scan(memorySource(bytes, 'model.safetensors'), { headerBytes: 1_000_000 });

test('a pointer is known by its first words, whatever its name, and says that the weights are not here', async () => {
  const bytes = pointer();
  expect(detectFormat(bytes.subarray(0, headBytes), 'model.safetensors')).toBe(gitLfs);
  expect(detectFormat(bytes.subarray(0, 20), 'model.safetensors')).not.toBe(gitLfs);
  const { tensors, metadata, notices } = await scan(bytes);
  expect(tensors).toEqual([]);
  expect(metadata).toEqual({ oid, size: '12345' });
  expect(notices).toMatchObject([
    { message: expect.stringContaining('the 12345 bytes that it stands for are not here') as string },
  ]);
});

test.each([
  ['of another digest', pointer({ oid: 'md5:00' }), /without an oid of sha256/],
  ['without a size', pointer({ size: 'many' }), /a whole number/],
  ['that is too long', pointer({ zzz: 'x'.repeat(1024) }), /where one has less than 1024/],
])('a pointer %s is refused', async (_, bytes, expected) => {
  await expect(scan(bytes)).rejects.toThrow(MalformedFileError);
  await expect(scan(bytes)).rejects.toThrow(expected);
});
