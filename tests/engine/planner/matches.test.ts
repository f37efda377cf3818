import { beforeAll, describe, expect, test } from 'vitest';
import { hasFarRepeats } from '../../../src/engine/codecs/zstd/kernel.ts';
import { prepareZstd } from '../../../src/engine/codecs/zstd/index.ts';
import { considerMatches } from '../../../src/engine/planner/matches.ts';
import { inScratch, presets, workspace } from '../../support/codecs.ts';
import { modelStreams, randomBytes, weights } from '../../support/streams.ts';

beforeAll(prepareZstd);

/** A row of weights that comes again only behind more bytes than a slice of a sample has. */
const row = weights('F32', 4096).stream;
const far = { bytes: Buffer.concat(Array.from({ length: 12 }, () => row.bytes)), width: 4 } as const;
const planned = { id: 'byte-planes', outputs: Array.from({ length: 4 }, () => ({ id: 'huffman' })) };

const consider = (piece: typeof row, preset: (typeof presets)[number], streamLength = piece.bytes.length) =>
  inScratch(() => considerMatches(planned, { piece, dtype: 'F32', streamLength }, preset, workspace));

describe('considerMatches', () => {
  test('finds what repeats over long distances, but not in a hurry', () => {
    expect(consider(far, 'quick')).toBe(planned);
    expect(consider(far, 'balanced')).toMatchObject({ id: 'zstd', options: { level: 19 } });
    expect(consider(far, 'smallest')).toMatchObject({ id: 'zstd', options: { level: 19 } });
  });

  test('is less patient with long streams', () => {
    expect(consider(far, 'balanced', 2 ** 30)).toMatchObject({ id: 'zstd', options: { level: 9 } });
    expect(consider(far, 'smallest', 2 ** 30)).toMatchObject({ id: 'zstd', options: { level: 19 } });
  });

  test('leaves weights as they were planned', () => {
    for (const dtype of ['F32', 'F64'] as const)
      for (const preset of presets) expect(consider(weights(dtype, 65_536).stream, preset)).toBe(planned);
  });
});

describe('hasFarRepeats', () => {
  test('sees repeats at any distance and neither noise nor weights nor zeros', () => {
    expect(hasFarRepeats(far.bytes, 4)).toBe(true);
    expect(hasFarRepeats(Buffer.concat([randomBytes(100_000), randomBytes(100_000)]), 1)).toBe(true);
    expect(hasFarRepeats(randomBytes(200_000), 1)).toBe(false);
    expect(hasFarRepeats(new Uint8Array(200_000), 1)).toBe(false);
    for (const { stream, dtype, name } of modelStreams(20_000))
      if (dtype === 'F32' && name.includes('weights'))
        expect(hasFarRepeats(stream.bytes, stream.width), name).toBe(false);
  });

  test('reads nothing beyond the end', () => {
    for (let length = 0; length < 40; length++) expect(hasFarRepeats(new Uint8Array(length), 1)).toBe(false);
  });
});
