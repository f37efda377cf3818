import { existsSync, readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { MalformedFileError } from '../src/engine/errors.ts';
import { detectFormat, formatById, formats, headBytes } from '../src/engine/formats/catalog.ts';
import type { FileLayout, Format } from '../src/engine/formats/format.ts';
import { memorySource } from '../src/engine/io/memory-source.ts';
import type { ByteSource } from '../src/engine/io/source.ts';
import { formatSamples } from './support/format-samples.ts';

const headerBytes = 1_000_000;

/** What every scan must keep, on whatever bytes: a sound layout or a MalformedFileError, from bounded reads. */
async function scanSafely(format: Format, bytes: Uint8Array): Promise<FileLayout | undefined> {
  const inner = memorySource(bytes, 'sample');
  let reads = 0;
  const source: ByteSource = {
    ...inner,
    read(offset, target) {
      reads += 1;
      // A reader that asks for bytes outside the file or for more than the limit has trusted a number.
      // Thrown by hand: this runs a million times, and `expect` would take most of the suite.
      if (!(offset >= 0 && offset + target.length <= bytes.length && target.length <= headerBytes))
        throw new Error(
          `Read ${target.length} bytes at ${offset} of ${bytes.length}; at most ${headerBytes} may be read.`,
        );
      return inner.read(offset, target);
    },
  };
  try {
    const layout = await format.scan(source, { headerBytes });
    expectSound(layout, bytes.length);
    return layout;
  } catch (error) {
    if (!(error instanceof MalformedFileError)) throw error;
    expect(error.message).toContain('sample');
    return undefined;
  } finally {
    expect(reads).toBeLessThanOrEqual(100 + bytes.length);
  }
}

function expectSound({ tensors, notices }: FileLayout, size: number): void {
  let end = 0;
  for (const { offset, byteLength, shape, dtype } of tensors) {
    expect(offset).toBeGreaterThanOrEqual(end);
    expect(byteLength).toBeGreaterThanOrEqual(0);
    expect(shape.every((extent) => Number.isSafeInteger(extent) && extent >= 0)).toBe(true);
    expect(dtype).not.toBe('');
    end = offset + byteLength;
  }
  expect(end).toBeLessThanOrEqual(size);
  expect(notices.length).toBeLessThan(20);
}

test('ids are unique and find their format; bytes is last', () => {
  expect(new Set(formats.map(({ id }) => id)).size).toBe(formats.length);
  for (const format of formats) expect(formatById(format.id)).toBe(format);
  expect(formats.at(-1)?.id).toBe('bytes');
  expect(formatById('constructor')).toBeUndefined();
});

test('detection never throws, and falls back to bytes', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: headBytes }), fc.string(), (head, name) => {
      for (const format of formats) expect(typeof format.detect(head, name)).toBe('boolean');
      expect(formats).toContain(detectFormat(head, name));
    }),
    { numRuns: 1000 },
  );
  expect(detectFormat(new Uint8Array(0), '').id).toBe('bytes');
  expect(detectFormat(new TextEncoder().encode('{"a": 1}'), 'config.json').id).toBe('bytes');
});

describe.each(formats.map((format) => [format.id, format] as const))('%s', (id, format) => {
  const samples = formatSamples[id] ?? [];

  test('has a specification, lower-case extensions and sample files', () => {
    const path = new URL(`../src/engine/formats/${id}/spec.md`, import.meta.url);
    expect(existsSync(path) && readFileSync(path, 'utf8')).toMatch(new RegExp(`^# ${id}\n`));
    for (const extension of format.extensions) expect(extension).toMatch(/^\.[a-z0-9]+$/);
    expect(samples.length).toBeGreaterThan(0);
  });

  test('its samples are detected by content under any name and scan soundly', async () => {
    for (const { name, bytes, tensors } of samples) {
      const head = bytes.subarray(0, headBytes);
      expect(detectFormat(head, name).id, name).toBe(id);
      const layout = await scanSafely(format, bytes);
      expect(layout?.format, name).toBe(id);
      expect(layout?.tensors.map((tensor) => tensor.name).sort(), name).toEqual([...tensors].sort());
    }
  });

  test('every truncation of a sample is malformed or scans soundly', async () => {
    for (const { bytes } of samples)
      for (let length = 0; length < Math.min(bytes.length, 3000); length++)
        await scanSafely(format, bytes.slice(0, length));
  });

  test('every flipped bit of a sample is malformed or scans soundly', async () => {
    for (const { bytes } of samples)
      for (let bit = 0; bit < Math.min(bytes.length, 1500) * 8; bit++) {
        const damaged = bytes.slice();
        damaged[bit >> 3] = (damaged[bit >> 3] ?? 0) ^ (1 << (bit & 7));
        await scanSafely(format, damaged);
      }
  });

  test('samples with bytes overwritten, moved and added at random scan soundly or are malformed', async () => {
    const sample = fc.constantFrom(...samples.map(({ bytes }) => bytes));
    const edit = fc.record({ place: fc.nat(), drop: fc.nat(12), insert: fc.uint8Array({ maxLength: 12 }) });
    await fc.assert(
      fc.asyncProperty(sample, fc.array(edit, { minLength: 1, maxLength: 4 }), async (bytes, edits) => {
        let damaged = bytes;
        for (const { place, drop, insert } of edits) {
          const at = place % (damaged.length + 1);
          damaged = Uint8Array.of(...damaged.subarray(0, at), ...insert, ...damaged.subarray(at + drop));
        }
        await scanSafely(format, damaged);
      }),
      { numRuns: 500 },
    );
  });

  test('random bytes are malformed or scan soundly', async () => {
    await fc.assert(
      fc.asyncProperty(fc.uint8Array({ maxLength: 300 }), async (bytes) => {
        await scanSafely(format, bytes);
      }),
      { numRuns: 500 },
    );
  });

  test('the same file scans to the same layout', async () => {
    for (const { bytes } of samples) expect(await scanSafely(format, bytes)).toEqual(await scanSafely(format, bytes));
  });
});
