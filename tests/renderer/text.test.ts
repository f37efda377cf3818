import fc from 'fast-check';
import { expect, test } from 'vitest';
import { failureWords } from '../../src/renderer/components/failure-words.ts';
import { restoreRequest } from '../../src/renderer/features/model/restore-request.ts';
import {
  bytesText,
  changeText,
  countedText,
  durationText,
  exactBytesText,
  leftText,
} from '../../src/renderer/text/amounts.ts';
import { linkedPath, modelLink } from '../../src/renderer/text/links.ts';
import { visibleText } from '../../src/renderer/text/visible.ts';

test.each([
  [0, '0 B'],
  [999, '999 B'],
  [1000, '1.00 kB'],
  [9_996, '10.0 kB'],
  [99_960, '100 kB'],
  [999_400, '999 kB'],
  [999_600, '1.00 MB'],
  [16_060_522_496, '16.1 GB'],
  [5e15, '5000 TB'],
])('%d bytes are shown as %s', (bytes, text) => expect(bytesText(bytes)).toBe(text));

test('a size never shows more than three digits below a thousand terabytes, and is right to half a per cent', () => {
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 9e14 }), (bytes) => {
      const [number = '', unit = ''] = bytesText(bytes).split(' ');
      expect(number.replace('.', '')).toMatch(/^\d{1,3}$/);
      const shown = Number(number) * 1000 ** ['B', 'kB', 'MB', 'GB', 'TB'].indexOf(unit);
      expect(Math.abs(shown - bytes)).toBeLessThanOrEqual(bytes * 0.005);
    }),
  );
});

test('the exact size has every digit', () => {
  expect(exactBytesText(16_060_522_496)).toBe('16,060,522,496 bytes (15.0 GiB)');
});

test.each([
  [1000, 676, '−32.4 %'],
  [20_000_000, 3380, '−99.98 %'],
  [1000, 0, '−100.0 %'],
  [1000, 1001, '+0.1 %'],
  [1000, 1000, '+0.0 %'],
  [0, 120, '+0.0 %'],
])('from %d to %d is %s', (before, after, text) => expect(changeText(before, after)).toBe(text));

test.each([
  [0.04, '0.0 s'],
  [59.4, '59 s'],
  [59.6, '1 min 0 s'],
  [3599.7, '1 h 0 min'],
  [7500, '2 h 5 min'],
])('%d seconds are said as %s', (seconds, text) => expect(durationText(seconds)).toBe(text));

test('what is nearly done is less than a second away, never none', () => {
  expect([0, 0.04, 0.99, 1, 75].map(leftText)).toEqual([
    'less than a second left',
    'less than a second left',
    'less than a second left',
    '1.0 s left',
    '1 min 15 s left',
  ]);
});

test('one thing is not several', () => {
  expect([countedText(1, 'tensor'), countedText(1024, 'tensor')]).toEqual(['1 tensor', '1,024 tensors']);
});

test('no name shows a mark that hides or turns its letters', () => {
  expect(visibleText('a\u202Egnp.exe\n')).toBe('a\\u{202e}gnp.exe\\u{a}');
  fc.assert(
    fc.property(fc.string({ unit: 'binary' }), (name) => {
      expect(visibleText(name)).not.toMatch(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}\p{Co}]/u);
    }),
  );
});

test('a path survives its address, and an address that was typed wrongly breaks nothing', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'grapheme' }), (path) => {
      expect(linkedPath(modelLink(path).slice('/model/'.length))).toBe(path);
    }),
  );
  expect(linkedPath('%')).toBe('%');
});

test.each([
  ['/m/a.safetensors.fwz', ['a.safetensors'], '/m/restored/a.safetensors'],
  ['/m/llama.fwz', ['1.safetensors', '2.safetensors'], '/m/restored/llama'],
  ['C:\\m\\a.fwz', ['sub/a.onnx'], 'C:\\m\\restored\\a.onnx'],
  ['/m/a.fwz', ['../../etc/passwd'], '/m/restored/passwd'],
])('%s with %j restores to %s', (archive, names, output) => {
  const files = names.map((name) => ({ name }));
  expect(restoreRequest(archive, files)).toEqual({ command: 'restore', archive, output });
});

test('a failure of any code says what happened, what is safe and what to do', () => {
  for (const code of ['DAMAGED', 'DISK_FULL', 'NEVER_HEARD_OF', 'constructor', '__proto__'])
    for (const part of Object.values(failureWords(code))) expect(part).toMatch(/^[A-Z].{8,}/);
});
