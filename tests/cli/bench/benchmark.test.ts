import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { benchmark, median, type BenchmarkRequest } from '../../../src/cli/bench/benchmark.ts';
import { findContestants, subjectOf, type Contestant } from '../../../src/cli/bench/contestants.ts';
import { childSeconds } from '../../../src/cli/bench/measure.ts';
import type { BenchmarkMeasurement, BenchmarkReport } from '../../../src/cli/bench/report.ts';

let folder: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'fw-bench-test-'));
  await writeFile(join(folder, 'file'), Buffer.alloc(100_000, 'weights'));
});
afterAll(() => rm(folder, { recursive: true }));

const sh = (script: string, from: string, to: string): readonly string[] => ['/bin/sh', '-c', script, 'sh', from, to];

function contestant(name: string, there: string, back: string): Contestant {
  return {
    name,
    version: '1',
    compress: (input, output) => sh(there, input, output),
    restore: (archive, output) => sh(back, archive, output),
  };
}

function request(...contestants: readonly Contestant[]): BenchmarkRequest {
  const input = join(folder, 'file');
  return { input, workFolder: folder, contestants, absent: [], rounds: 2, threads: 1 };
}

async function runAll(
  asked: BenchmarkRequest,
): Promise<{ measurements: BenchmarkMeasurement[]; report: BenchmarkReport }> {
  const events = benchmark(asked, new AbortController().signal);
  const measurements: BenchmarkMeasurement[] = [];
  for (;;) {
    const step = await events.next();
    if (step.done === true) return { measurements, report: step.value };
    measurements.push(step.value);
  }
}

describe.skipIf(process.platform === 'win32')('a benchmark', () => {
  const honest = contestant('honest', 'gzip -c < "$1" > "$2"', 'gzip -dc < "$1" > "$2"');

  test('claims equality only for what restores the same bytes', async () => {
    const liar = contestant('liar', 'cp "$1" "$2"', 'head -c 99999 "$1" > "$2"; printf x >> "$2"');
    const { report } = await runAll(request(honest, liar));
    expect(report.rows.map(({ contestant: name, equal }) => [name, equal])).toEqual([
      ['honest', true],
      ['liar', false],
    ]);
    expect(report.rows[0]?.bytesOut).toBeLessThan(5_000);
    expect(report.rows[1]?.ratio).toBe(1);
  });

  test('interleaves the contestants in another order each round', async () => {
    const { measurements } = await runAll(request(honest, { ...honest, name: 'second' }));
    expect(measurements.map(({ contestant: name, round }) => `${name} ${round}`)).toEqual([
      'honest 1',
      'second 1',
      'second 2',
      'honest 2',
    ]);
  });

  test('names a contestant that fails, and its last words', async () => {
    const { report } = await runAll(request(honest, contestant('broken', 'echo cannot >&2; exit 3', 'true')));
    expect(report.rows).toHaveLength(1);
    expect(report.absent[0]?.contestant).toBe('broken');
    expect(report.absent[0]?.reason).toMatch(/ended with 3: cannot/);
  });

  test('an abort ends the running program and removes the temporary folder', async () => {
    const controller = new AbortController();
    const events = benchmark(request(contestant('slow', 'sleep 60', 'true')), controller.signal);
    setTimeout(() => controller.abort(), 300);
    await expect(events.next()).rejects.toMatchObject({ code: 'CANCELLED' });
    expect(await readdir(folder)).toEqual(['file']);
  });
});

test('the CPU seconds of children are read from what `times` prints', () => {
  expect(childSeconds('0m0.001000s 0m0.002000s\n1m2.500000s 0m0.250000s\n')).toBeCloseTo(62.75);
  expect(childSeconds('')).toBeUndefined();
});

test('the median of an even count lies between the two in the middle', () => {
  expect([median([]), median([3]), median([9, 1, 2]), median([4, 1, 2, 9])]).toEqual([undefined, 3, 2, 3]);
});

test('programs that have to be told what a file holds are told what most of it is', () => {
  const named = (format: string, dtype: string, byteLength: number): readonly string[] => {
    const tensors = [
      { dtype: 'I64', byteLength: 0, shape: [0] },
      { dtype, byteLength, shape: [3, 4] },
    ];
    const subject = subjectOf({ files: [{ format }], tensors, dtypes: [{ dtype }, { dtype: 'I64' }] });
    const field = { presets: [], threads: 1, peers: true, slow: false };
    const { present, absent } = findContestants(field, { command: ['true'], version: '1' }, subject);
    return [...present.map(({ name }) => name), ...absent].filter((name) => /zipnn|openzl/.test(name)).sort();
  };
  expect(named('safetensors', 'BF16', 24)).toEqual(['openzl (le-u16)', 'zipnn (as bfloat16)']);
  expect(named('onnx', 'F32', 48)).toEqual(['openzl (le-u32)', 'zipnn (as float32)']);
  expect(named('pytorch', 'F16', 24)).toEqual(['openzl (pytorch)', 'zipnn (as float16)']);
  expect(named('safetensors', 'U8', 12)).toEqual(['openzl (u8)', 'zipnn (as bfloat16)']);
  expect(subjectOf({ files: [], tensors: [], dtypes: [] })).toEqual({ format: 'bytes', dtype: undefined, bits: 0 });
});
