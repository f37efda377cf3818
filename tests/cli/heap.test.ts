import { execFileSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';

const heap = fileURLToPath(new URL('../../src/cli/heap.ts', import.meta.url));

/** Bytes that V8 holds for new objects in a process where a million objects stayed. */
function newSpaceAfter(...words: readonly string[]): number {
  const program = `
    import { getHeapSpaceStatistics } from 'node:v8';
    import { keepHeapBounded } from ${JSON.stringify(heap)};
    keepHeapBounded(${JSON.stringify(words)});
    globalThis.kept = Array.from({ length: 1_000_000 }, (_, number) => ({ number }));
    console.log(getHeapSpaceStatistics().find((space) => space.space_name === 'new_space').space_size);`;
  return Number(execFileSync(process.execPath, ['--input-type=module', '-e', program], { encoding: 'utf8' }));
}

test('new objects have little room where memory is bounded, however many of them stay', () => {
  expect(newSpaceAfter('compress', 'a.safetensors')).toBeGreaterThan(16e6);
  expect(newSpaceAfter('compress', 'a.safetensors', '--memory', '256MiB')).toBeLessThan(4e6);
  expect(newSpaceAfter('--memory=256MiB')).toBeLessThan(4e6);
});
