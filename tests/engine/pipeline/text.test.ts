import { readFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { constants, zstdCompressSync } from 'node:zlib';
import { expect, test } from 'vitest';
import { compress } from '../../../src/engine/index.ts';
import { folderWith } from '../../support/folder.ts';
import { context, finish } from '../../support/jobs.ts';

const root = join(import.meta.dirname, '../../..');

const texts = [
  'README.md',
  'package.json',
  'package-lock.json',
  'samples/tasks/digits.json',
  'src/engine/archive/spec.md',
];

test.each(texts)(
  'texts of a few kB and up to a block, such as %s, take less than zstd -19 needs, frame and digests included',
  async (path) => {
    const text = await readFile(join(root, path));
    const folder = await folderWith({ [basename(path)]: text });
    const { report } = await finish(compress({ input: join(folder, basename(path)) }, context()));
    const params = { [constants.ZSTD_c_compressionLevel]: 19 };
    // Below that the sha256 alone, which no program can make smaller, outweighs what is saved.
    const allowed = text.length > 3000 ? 0 : 128;
    expect(report.bytesOut).toBeLessThan(zstdCompressSync(text, { params }).length + allowed);
  },
);
