import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { DamagedArchiveError } from '../../../src/engine/errors.ts';
import {
  archiveNameFor,
  safeArchiveName,
  safeArchiveNames,
  unsafeNameReason,
} from '../../../src/engine/models/names.ts';

/** Names that must never become a file below a folder; the index and the archive refuse the same ones. */
const unsafeNames = [
  '',
  '..',
  '.',
  '../x.safetensors',
  'a/../../x',
  'a/..',
  '/etc/passwd',
  '//server/share/x',
  '\\\\server\\share\\x',
  'a\\b',
  '..\\x',
  'C:x',
  'C:\\x',
  'c:/x',
  'file:x',
  'file:///etc/passwd',
  'https://example.org/x',
  'x.safetensors:stream',
  'a\0b',
  'a\nb',
  'a\u007fb',
  '\u202egnp.exe',
  'CON',
  'nul.safetensors',
  'aux .txt',
  'a/com1.bin',
  'LPT¹.txt',
  'x.',
  'x ',
  'a./b',
  'a//b',
  'a/',
  'a?b',
  '\ud800',
  'x'.repeat(256),
  'é'.repeat(128),
  Array.from({ length: 1100 }, () => 'a').join('/'),
];

describe('names that would leave the folder or mean something else', () => {
  test.each(unsafeNames.map((name) => [name]))('%j', (name) => {
    expect(() => safeArchiveName(name)).toThrow(DamagedArchiveError);
  });
});

test('ordinary names are returned as they are', () => {
  for (const name of [
    'model-00001-of-00002.safetensors',
    'onnx/model.onnx',
    '.gitattributes',
    'Überschrift 1.txt',
    '...x',
    'console',
    'é'.repeat(127),
  ])
    expect(safeArchiveName(name)).toBe(name);
});

test('names that are one file on some systems are refused together', () => {
  for (const names of [
    ['README.md', 'readme.MD'],
    ['straße', 'STRASSE'],
    ['e\u0301', '\u00e9'],
    ['a', 'a'],
    ['a', 'A/b'],
    ['a/b', 'x', 'a/B/c/d'],
  ])
    expect(() => safeArchiveNames(names)).toThrow(DamagedArchiveError);
  expect(safeArchiveNames(['a/b', 'a/c', 'ab', 'b/a'])).toEqual(['a/b', 'a/c', 'ab', 'b/a']);
});

test('any file name of any system gets a safe one, and a safe one is kept', () => {
  fc.assert(
    fc.property(fc.oneof(fc.string({ unit: 'binary' }), fc.constantFrom(...unsafeNames)), (name) => {
      const safe = archiveNameFor(name);
      expect(unsafeNameReason(safe)).toBeUndefined();
      expect(safe).not.toContain('/');
      expect(archiveNameFor(safe)).toBe(safe);
    }),
    { numRuns: 500 },
  );
});
