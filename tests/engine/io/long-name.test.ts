import { basename, dirname } from 'node:path';
import { expect, test } from 'vitest';
import { withSuffix } from '../../../src/engine/io/long-name.ts';

test('a suffix is put behind a name, however long, and never makes two names one', () => {
  expect(withSuffix('/models/m.gguf', '.partial')).toBe('/models/m.gguf.partial');
  const longest = [`${'x'.repeat(254)}a`, `${'x'.repeat(254)}b`, `${'é'.repeat(127)}a`, `${'🪶'.repeat(63)}abc`];
  const paths = longest.map((name) => withSuffix(`/models/${name}`, '.partial'));
  for (const path of paths) {
    expect(dirname(path)).toBe('/models');
    expect(path.isWellFormed()).toBe(true);
    expect(path).not.toContain('\ufffd');
    expect(path).toMatch(/~[0-9a-f]{8}\.partial$/);
    expect(Buffer.byteLength(basename(path))).toBeLessThanOrEqual(255);
    expect(Buffer.byteLength(basename(withSuffix(path, '.journal')))).toBeLessThanOrEqual(255);
  }
  expect(new Set(paths).size).toBe(paths.length);
});
