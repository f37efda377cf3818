import { createHash } from 'node:crypto';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { constants, zstdCompressSync } from 'node:zlib';
import { describe, expect, test } from 'vitest';
import { encodeEnd, headerBytes } from '../../../src/engine/archive/frame.ts';
import { encodeIndex } from '../../../src/engine/archive/index-text.ts';
import { leavesOut, leftOut, mayLeaveOut, mostTelling } from '../../../src/engine/archive/left-out.ts';
import { readIndex } from '../../../src/engine/archive/read-index.ts';
import { compress, inspect, restore, verify } from '../../../src/engine/index.ts';
import { memorySource } from '../../../src/engine/io/memory-source.ts';
import { byteLengthOf, dtypes, type DType } from '../../../src/engine/tensor/dtype.ts';
import { folderWith } from '../../support/folder.ts';
import { context, finish } from '../../support/jobs.ts';
import { headerText, safetensorsFile } from '../../support/safetensors.ts';
import { randomBytes } from '../../support/streams.ts';

const limits = { indexBytes: 2 ** 20 };

/** A file with a tensor of eight elements of every dtype, and where they are. */
function everyType(): { readonly bytes: Uint8Array; readonly tensors: Parameters<typeof headerText>[0] } {
  let end = 0;
  const tensors = (Object.keys(dtypes) as DType[]).map((dtype) => {
    const begin = end;
    end += byteLengthOf(dtype, [2, 4]) ?? 0;
    return { name: `layer.${dtype}`, dtype, shape: [2, 4], begin, end };
  });
  return { bytes: safetensorsFile(headerText(tensors, { format: 'pt' }), randomBytes(end)), tensors };
}

/** The archive of a file of this name. */
async function archived(name: string, bytes: Uint8Array): Promise<{ folder: string; archive: string; stored: Buffer }> {
  const folder = await folderWith({ [name]: bytes });
  const archive = join(folder, 'a.fwz');
  await finish(compress({ input: join(folder, name), output: archive }, context()));
  return { folder, archive, stored: await readFile(archive) };
}

/** An archive with the same blocks and what `change` makes of its index. */
async function withIndex(stored: Buffer, change: (index: Index) => Index): Promise<Uint8Array> {
  const { index, indexOffset } = await readIndex(memorySource(stored), limits);
  const coded = encodeIndex(change(index));
  return Buffer.concat([
    stored.subarray(0, indexOffset),
    coded,
    encodeEnd(coded, stored.subarray(headerBytes, indexOffset)),
  ]);
}
type Index = Parameters<typeof encodeIndex>[0];

describe('an archive of a short file', () => {
  test('tells of its tensors without a word on them, and takes less than the strongest general compressor needs', async () => {
    const { bytes, tensors } = everyType();
    const { folder, archive, stored } = await archived('m.safetensors', bytes);
    const { index } = await readIndex(memorySource(stored), limits);
    expect(index.tensors.names).toEqual([]);
    expect(index.files[0]?.format).toBe('bytes');
    expect(stored.length).toBeLessThan(
      zstdCompressSync(bytes, { params: { [constants.ZSTD_c_compressionLevel]: 19 } }).length,
    );

    const found = await inspect({ path: archive });
    const start = bytes.length - (tensors.at(-1)?.end ?? 0);
    expect(found.files[0]?.format).toBe('safetensors');
    expect(found.metadata).toEqual({ format: 'pt' });
    expect(found.tensors.map(({ name, dtype, shape, offset, sha256 }) => [name, dtype, shape, offset, sha256])).toEqual(
      tensors.map(({ name, dtype, shape, begin, end }) => [
        name,
        dtype,
        shape,
        start + begin,
        digest(start + begin, start + end),
      ]),
    );
    const output = join(folder, 'one.raw');
    await finish(restore({ archive, output, tensor: 'layer.F32' }, context()));
    const one = tensors.find(({ dtype }) => dtype === 'F32');
    expect(await readFile(output)).toEqual(
      Buffer.from(bytes.subarray(start + (one?.begin ?? 0), start + (one?.end ?? 0))),
    );
    await finish(verify({ archive, against: join(folder, 'm.safetensors') }, context()));

    function digest(from: number, to: number): string {
      return createHash('sha256').update(bytes.subarray(from, to)).digest('hex');
    }
  });

  test('may tell them all the same, as earlier builds did', async () => {
    const { bytes } = everyType();
    const { folder, archive, stored } = await archived('m.safetensors', bytes);
    const { files, tensors } = await inspect({ path: archive });
    const told = await withIndex(stored, (index) => ({
      ...index,
      files: index.files.map((file) => ({ ...file, format: 'safetensors' })),
      tensors: {
        files: tensors.map(() => 0),
        names: tensors.map(({ name }) => name),
        dtypes: tensors.map(({ dtype }) => dtype),
        shapes: tensors.map(({ shape }) => [...shape]),
        offsets: tensors.map(({ offset }) => offset),
        lengths: tensors.map(({ byteLength }) => byteLength),
        sha256s: tensors.map(({ sha256 }) => sha256 ?? ''),
      },
    }));
    expect(told.length).toBeGreaterThan(stored.length + 27 * 2);
    await writeFile(join(folder, 'told.fwz'), told);
    const again = await inspect({ path: join(folder, 'told.fwz') });
    expect(again.tensors.map(({ name }) => name)).toEqual(tensors.map(({ name }) => name));
    expect(again.files).toEqual(files);
    await finish(verify({ archive: join(folder, 'told.fwz') }, context()));
  });

  test('that does not restore opens without tensors, and restoring it tells why', async () => {
    const { folder, stored } = await archived('m.safetensors', everyType().bytes);
    const wrong = await withIndex(stored, (index) => ({
      ...index,
      files: index.files.map((file) => ({ ...file, sha256: '00'.repeat(32) })),
    }));
    const archive = join(folder, 'wrong.fwz');
    await writeFile(archive, wrong);
    expect((await inspect({ path: archive })).tensors).toEqual([]);
    await expect(finish(restore({ archive, output: join(folder, 'x') }, context()))).rejects.toMatchObject({
      code: 'DAMAGED',
    });
  });

  test('tells what its name says where the file does not', async () => {
    const { archive, stored } = await archived('broken.safetensors', safetensorsFile('{"a":', 100));
    const { index } = await readIndex(memorySource(stored), limits);
    expect(mayLeaveOut(index)).toBe(true);
    expect((await inspect({ path: archive })).files[0]?.format).toBe('bytes');
    await finish(verify({ archive }, context()));
  });
});

test('a longer file of few tensors and several files are told in full', async () => {
  const long = await archived(
    'm.safetensors',
    safetensorsFile(
      headerText([{ name: 'a', dtype: 'U8', shape: [20_000], begin: 0, end: 20_000 }]),
      randomBytes(20_000),
    ),
  );
  const { index } = await readIndex(memorySource(long.stored), limits);
  expect(index.tensors.names).toEqual(['a']);
  expect(leavesOut(index)).toBe(false);
  expect(leavesOut(leftOut(index))).toBe(true);
  const [file] = leftOut(index).files;
  expect(file?.format).toBe('safetensors');
  expect(leavesOut({ ...leftOut(index), files: index.files.map((known) => ({ ...known, format: 'bytes' })) })).toBe(
    false,
  );
  const endless = index.files.map((known) => ({ ...known, bytes: mostTelling + 1 }));
  expect(mayLeaveOut({ ...index, files: endless })).toBe(false);
  const { index: short } = await readIndex(
    memorySource((await archived('n.safetensors', everyType().bytes)).stored),
    limits,
  );
  expect(mayLeaveOut({ ...short, files: [...short.files, ...short.files] })).toBe(false);
  expect(mayLeaveOut({ ...short, bases: [] })).toBe(false);
});
