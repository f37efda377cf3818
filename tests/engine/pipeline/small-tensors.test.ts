import { createHash } from 'node:crypto';
import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import { constants, zstdCompressSync } from 'node:zlib';
import { expect, test } from 'vitest';
import { compress, restore, verify } from '../../../src/engine/index.ts';
import { folderWith } from '../../support/folder.ts';
import { context, finish } from '../../support/jobs.ts';
import { headerText, safetensorsFile } from '../../support/safetensors.ts';
import { gaussians } from '../../support/streams.ts';

test('hundreds of tiny tensors take less than the strongest general compressor needs, and each can be proved', async () => {
  const parts = ['weight', 'bias', 'running_mean', 'running_var'];
  let end = 0;
  const tensors = Array.from({ length: 400 }, (_, number) => {
    const values = 16 << (Math.floor(number / 4) % 3);
    const begin = end;
    end += 4 * values;
    const name = `blocks.${Math.floor(number / 16)}.${Math.floor(number / 4) % 4}.norm.${parts[number % 4] ?? ''}`;
    return { name, dtype: 'F32', shape: [values], begin, end };
  });
  const spreads = [0.2, 0.1, 0.5, 0.3];
  const values = gaussians(end / 4, 1, 7);
  tensors.forEach(({ begin, end }, number) => {
    const mean = number % 4 === 0 || number % 4 === 3 ? 1 : 0;
    for (let at = begin / 4; at < end / 4; at++) values[at] = mean + (values[at] ?? 0) * (spreads[number % 4] ?? 1);
  });
  const data = Buffer.from(values.buffer, 0, end);
  const bytes = safetensorsFile(headerText(tensors), data);
  const folder = await folderWith({ 'norms.safetensors': bytes });
  const [input, archive, output] = ['norms.safetensors', 'norms.fwz', 'one.raw'].map((name) => join(folder, name));
  if (input === undefined || archive === undefined || output === undefined) throw new Error('three names');
  const { report } = await finish(compress({ input, output: archive }, context()));
  const [first] = tensors;
  const sha256 = createHash('sha256').update(data.subarray(0, first?.end)).digest('hex');
  expect(report.tensors[0]?.sha256).toBe(sha256);
  const peer = zstdCompressSync(bytes, { params: { [constants.ZSTD_c_compressionLevel]: 19 } }).length;
  expect((await stat(archive)).size).toBeLessThan(peer);
  await finish(verify({ archive }, context()));
  const restored = await finish(restore({ archive, output, tensor: first?.name }, context()));
  expect(restored.report.sha256).toBe(sha256);
});
