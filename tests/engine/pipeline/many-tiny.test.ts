import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { constants, zstdCompressSync } from 'node:zlib';
import { describe, expect, test } from 'vitest';
import { readIndex } from '../../../src/engine/archive/read-index.ts';
import type { Preset } from '../../../src/engine/codecs/codec.ts';
import { compress, estimate, inspect, restore, verify } from '../../../src/engine/index.ts';
import { memorySource } from '../../../src/engine/io/memory-source.ts';
import { byteLengthOf, type DType } from '../../../src/engine/tensor/dtype.ts';
import { folderWith } from '../../support/folder.ts';
import { context, finish } from '../../support/jobs.ts';
import { headerText, safetensorsFile } from '../../support/safetensors.ts';
import { gaussians, randomBytes } from '../../support/streams.ts';

type Tensors = Parameters<typeof headerText>[0];

/** A sha256 and what a reader needs to find one stream, in a file of which nothing can be made smaller. */
const frameBytes = 80;

function laidOut(count: number, dtypes: readonly DType[], elements: readonly number[]): Tensors {
  let end = 0;
  return Array.from({ length: count }, (_, number) => {
    const dtype = dtypes[number % dtypes.length] ?? 'F32';
    const shape = [elements[number % elements.length] ?? 1];
    const begin = end;
    end += byteLengthOf(dtype, shape) ?? 0;
    return { name: `layers.${number >> 2}.block.${number}`, dtype, shape, begin, end };
  });
}

const bytesOf = (tensors: Tensors): number => tensors.at(-1)?.end ?? 0;

/** The same few hundred bytes again and again, changed a little, as tables are. */
function repeating(length: number): Uint8Array {
  const table = randomBytes(600);
  return Uint8Array.from({ length }, (_, at) => (at % 251 === 0 ? at & 255 : (table[at % 600] ?? 0)));
}

const mixed: readonly DType[] = ['I8', 'F32', 'I64', 'F16', 'BOOL', 'U8'];
const made: readonly {
  readonly kind: string;
  readonly tensors: Tensors;
  readonly data: (length: number) => Uint8Array;
}[] = [
  { kind: 'a few bytes of noise each', tensors: laidOut(2400, ['F32'], [8]), data: randomBytes },
  { kind: 'weights of a few bytes', tensors: laidOut(1200, ['F32'], [16]), data: weights },
  { kind: 'all kinds of numbers', tensors: laidOut(90, mixed, [16, 64, 200, 500]), data: randomBytes },
  { kind: 'single numbers', tensors: laidOut(3000, ['F32', 'I32'], [1]), data: weights },
  { kind: 'tables that repeat', tensors: laidOut(200, mixed, [70, 300, 110]), data: repeating },
];

function weights(length: number): Uint8Array {
  return new Uint8Array(gaussians(length / 4, 0.05, 3).slice().buffer, 0, length);
}

describe.each(made)('many tiny tensors: $kind', ({ tensors, data }) => {
  const bytes = safetensorsFile(headerText(tensors), data(bytesOf(tensors)));
  const peer = zstdCompressSync(bytes, { params: { [constants.ZSTD_c_compressionLevel]: 19 } }).length;

  test.each<Preset>(['quick', 'balanced', 'smallest'])(
    'take no more than zstd -19 needs, with %s, and the archive tells and proves each',
    async (preset) => {
      const folder = await folderWith({ 'm.safetensors': bytes });
      const [input, archive, one] = [join(folder, 'm.safetensors'), join(folder, 'm.fwz'), join(folder, 'one.raw')];
      const { report } = await finish(compress({ input, output: archive, preset }, context()));
      expect(report.bytesOut).toBeLessThanOrEqual(peer + frameBytes);
      const foreseen = (await estimate({ input, presets: [preset] }, context())).presets[0];
      expect([foreseen!.low <= report.bytesOut, report.bytesOut <= foreseen!.high]).toEqual([true, true]);
      expect(Math.abs(foreseen!.bytesOut - report.bytesOut)).toBeLessThan(0.005 * report.bytesOut + frameBytes);
      const found = await inspect({ path: archive });
      expect(found.files[0]?.format).toBe('safetensors');
      expect(found.tensors.map(({ name, dtype, shape }) => [name, dtype, shape])).toEqual(
        tensors.map(({ name, dtype, shape }) => [name, dtype, shape]),
      );
      const start = bytes.length - bytesOf(tensors);
      const last = tensors.at(-1);
      const raw = bytes.subarray(start + (last?.begin ?? 0), start + (last?.end ?? 0));
      const sha256 = createHash('sha256').update(raw).digest('hex');
      expect(sha256.startsWith(found.tensors.at(-1)?.sha256 ?? 'none')).toBe(true);
      expect(report.tensors.at(-1)?.sha256).toBe(sha256);
      await finish(restore({ archive, output: one, tensor: last?.name }, context()));
      expect(Buffer.compare(await readFile(one), raw)).toBe(0);
      await finish(verify({ archive, against: input }, context()));
    },
  );
});

test('a file of which the same repeats in and between tensors is one stream, whatever the threads', async () => {
  const tensors = laidOut(200, mixed, [70, 300, 110]);
  const bytes = safetensorsFile(headerText(tensors), repeating(bytesOf(tensors)));
  const folder = await folderWith({ 'm.safetensors': bytes });
  const archived = async (threads: number): Promise<Buffer> => {
    const output = join(folder, `${threads}.fwz`);
    await finish(compress({ input: join(folder, 'm.safetensors'), output, threads }, context()));
    return readFile(output);
  };
  const [alone, together] = [await archived(1), await archived(3)];
  const { index } = await readIndex(memorySource(alone), { indexBytes: 2 ** 20 });
  expect(index.streams.lengths).toEqual([bytes.length]);
  expect(index.tensors.names).toEqual([]);
  expect(Buffer.compare(alone, together)).toBe(0);
});
