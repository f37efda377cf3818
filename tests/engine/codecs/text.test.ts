import { describe, expect, test } from 'vitest';
import { createText, text } from '../../../src/engine/codecs/text/index.ts';
import { referenceKernel } from '../../../src/engine/codecs/text/kernel.ts';
import { DamagedArchiveError } from '../../../src/engine/errors.ts';
import { detached, inScratch, orDamaged, workspace } from '../../support/codecs.ts';
import { randomNumbers } from '../../support/streams.ts';

const reference = createText(({ bytes }) => referenceKernel(bytes));

function encode(bytes: Uint8Array, codec = text) {
  return inScratch(() => detached(codec.encode({ bytes, width: 1 }, {}, workspace)));
}

function decode(header: Uint8Array, length: number, codec = text) {
  return inScratch(() => codec.decode({ header, streams: [] }, { length, width: 1 }, workspace).slice());
}

/** Words of a made-up language, each more frequent than the next. */
function prose(length: number): Uint8Array {
  const next = randomNumbers(3);
  const words = Array.from({ length: 400 }, () =>
    Array.from({ length: 2 + Math.floor(next() * 7) }, () => 'etaoinshrdlu'[Math.floor(next() * 12)]).join(''),
  );
  const written: string[] = [];
  for (let bytes = 0; bytes < length; bytes += (written.at(-1)?.length ?? 0) + 1)
    written.push(words[Math.floor(400 ** next()) - 1] ?? '');
  return Buffer.from(written.join(' ')).subarray(0, length);
}

const table = Buffer.from(
  JSON.stringify(Object.fromEntries(Array.from({ length: 700 }, (_, at) => [`<unused${at}>`, { id: 1000 + at }]))),
);

describe('text', () => {
  test('writes what the reference writes, and each reads the other', () => {
    const next = randomNumbers(7);
    const binary = Uint8Array.from({ length: 900 }, (_, at) => (at % 9 < 6 ? at % 9 : next() * 256));
    for (const bytes of [prose(3000), table.subarray(0, 6000), binary, Uint8Array.of(255)]) {
      const { header } = encode(bytes);
      expect(Buffer.compare(header, encode(bytes, reference).header)).toBe(0);
      if (header.length === 0) continue;
      expect(Buffer.compare(decode(header, bytes.length), bytes)).toBe(0);
      expect(Buffer.compare(decode(header, bytes.length, reference), bytes)).toBe(0);
    }
  });

  test('names damage or gives other bytes, as the reference does', () => {
    const bytes = prose(300);
    const { header } = encode(bytes);
    const damages = [header.subarray(0, -1), header.subarray(0, 20), header.with(3, 77), header.with(60, 0)];
    for (const damaged of [...damages, Buffer.concat([header, Uint8Array.of(1)])]) {
      const [found, expected] = [text, reference].map((codec) => orDamaged(() => decode(damaged, 300, codec)));
      expect(found).toEqual(expected);
    }
    expect(() => decode(new Uint8Array(), 300)).toThrow(DamagedArchiveError);
  });

  test('restores lengths around each size of its model', () => {
    const bytes = prose(70_000);
    for (const length of [16_384, 16_385, 32_768, 32_769, 70_000]) {
      const part = bytes.subarray(0, length);
      expect(Buffer.compare(decode(encode(part).header, length), part)).toBe(0);
    }
  });

  test('needs few bytes for a configuration that is like others', () => {
    const configuration = { architectures: ['BertModel'], hidden_act: 'gelu', hidden_size: 384, num_hidden_layers: 6 };
    const bytes = Buffer.from(JSON.stringify({ ...configuration, vocab_size: 30522 }, undefined, 2));
    expect(encode(bytes).header.length).toBeLessThan(bytes.length / 4);
  });

  test('gives noise back as it is', () => {
    const next = randomNumbers(1);
    const { header, streams } = encode(Uint8Array.from({ length: 3000 }, () => next() * 256));
    expect(header.length).toBe(0);
    expect(streams[0]?.bytes.length).toBe(3000);
  });
});
