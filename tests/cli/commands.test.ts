import { createHash } from 'node:crypto';
import { cp, mkdir, mkdtemp, open, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { writeModel } from '../bench/generate.ts';
import { commandLine, start } from './support/command-line.ts';
import { compressReport, inspectReport, reportOf, restoreReport, verifyReport } from './support/report-schema.ts';

const sample = fileURLToPath(new URL('../../samples/digits.safetensors', import.meta.url));
let folder: string;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'fw-cli-'));
  await cp(sample, join(folder, 'digits.safetensors'));
});
afterEach(() => rm(folder, { recursive: true }));

/** Runs in the test's folder with JSON lines. */
const run = (...words: readonly string[]) => commandLine('source', [...words, '--json'], folder);
const sha256 = async (name: string) =>
  createHash('sha256')
    .update(await readFile(join(folder, name)))
    .digest('hex');

describe('compress, inspect, verify, restore', () => {
  test('name what is wrong with a malformed file, and store it all the same', async () => {
    await writeFile(join(folder, 'cut.safetensors'), (await readFile(sample)).subarray(0, 1_000_000));
    const inspected = await run('inspect', 'cut.safetensors');
    expect(inspected.code).toBe(3);
    expect(inspected.lines.at(0)).toMatchObject({ type: 'report', report: { command: 'inspect', kind: 'model' } });
    expect(inspected.lines.at(-1)).toMatchObject({ type: 'failed', error: { code: 'MALFORMED' } });
    expect(JSON.stringify(inspected.lines.at(-1))).toContain('856520 bytes early');
    expect((await run('compress', 'cut.safetensors')).code).toBe(0);
    expect((await run('restore', 'cut.safetensors.fwz', '-o', 'back')).code).toBe(0);
    expect(await sha256('back')).toBe(await sha256('cut.safetensors'));
  });

  test('give back every byte, each with a report of the promised shape', async () => {
    const original = await sha256('digits.safetensors');

    const compressed = await run('compress', 'digits.safetensors', '--preset', 'quick', '--threads', '1');
    expect(compressed.code, compressed.stderr).toBe(0);
    const report = reportOf(compressed.lines, compressReport);
    const { size } = await stat(join(folder, 'digits.safetensors.fwz'));
    expect(report).toMatchObject({ sha256: original, bytesIn: 1_856_520, bytesOut: size, preset: 'quick' });
    expect(size).toBeLessThan(0.9 * report.bytesIn);
    expect(report.bytes.tensors + report.bytes.other + report.bytes.frame).toBe(size);
    expect(report.tensors.reduce((sum, { bytesOut }) => sum + bytesOut, 0)).toBe(report.bytes.tensors);

    const inspected = await run('inspect', 'digits.safetensors.fwz');
    const inspection = reportOf(inspected.lines, inspectReport);
    expect(inspection).toMatchObject({ kind: 'archive', bytes: report.bytesIn });
    expect(inspection.tensors.map(({ name }) => name).sort()).toEqual(report.tensors.map(({ name }) => name).sort());

    const verified = await run(
      ...['verify', 'digits.safetensors.fwz', '--against', 'digits.safetensors', '--sha256', original],
    );
    expect(verified.code, verified.stderr).toBe(0);
    const proof = reportOf(verified.lines, verifyReport);
    expect(proof.proved).toEqual(expect.arrayContaining(['checksums', 'files', 'original', 'published-sha256']));

    await rm(join(folder, 'digits.safetensors'));
    const restored = await run('restore', 'digits.safetensors.fwz', '-o', 'back.safetensors');
    expect(restored.code, restored.stderr).toBe(0);
    expect(reportOf(restored.lines, restoreReport).sha256).toBe(original);
    expect(await sha256('back.safetensors')).toBe(original);
    expect((await readdir(folder)).sort()).toEqual(['back.safetensors', 'digits.safetensors.fwz']);
  });

  test('one tensor comes out as its raw bytes', async () => {
    const { lines } = await run('compress', 'digits.safetensors');
    const { tensors } = reportOf(lines, compressReport);
    const tensor = tensors.toSorted((one, other) => other.bytesIn - one.bytesIn)[0]!;
    const restored = await run('restore', 'digits.safetensors.fwz', '--tensor', tensor.name, '-o', 'tensor.bin');
    expect(restored.code, restored.stderr).toBe(0);
    expect(await sha256('tensor.bin')).toBe(tensor.sha256);
    expect((await stat(join(folder, 'tensor.bin'))).size).toBe(tensor.bytesIn);
  });

  test('several inputs go into a folder and end with one finished line', async () => {
    await cp(sample, join(folder, 'second.safetensors'));
    const ended = await run('compress', 'digits.safetensors', 'second.safetensors', '-o', 'archives');
    expect(ended.code, ended.stderr).toBe(0);
    expect(await readdir(join(folder, 'archives'))).toEqual(['digits.safetensors.fwz', 'second.safetensors.fwz']);
    expect(ended.lines.filter((line) => (line as { type: string }).type === 'finished')).toHaveLength(1);
    const last = ended.lines.at(-1) as { report: { reports: unknown[] } };
    expect(last.report.reports.map((report) => compressReport.parse(report).bytesIn)).toEqual([1_856_520, 1_856_520]);
  });

  test('people read sizes, the proof and a table of tensors', async () => {
    const compressed = await commandLine('source', ['compress', 'digits.safetensors'], folder);
    expect(compressed.stdout).toMatch(/digits\.safetensors {2}1\.86 → 1\.\d\d MB · −\d+\.\d %/);
    expect(compressed.stdout).toContain(`sha256 ${await sha256('digits.safetensors')}`);
    const inspected = await commandLine('source', ['inspect', 'digits.safetensors'], folder);
    expect(inspected.stdout).toMatch(/F32 +\d+ +1\.85 MB/);
    expect(inspected.stdout).toContain('463 582');
  });
});

describe('exit codes of real failures', () => {
  test('3 for what is not there, 3 for what is no archive', async () => {
    await writeFile(join(folder, 'noise.fwz'), Buffer.alloc(5000, 'no archive'));
    const [missing, noise] = [await run('compress', 'nothing'), await run('restore', 'noise.fwz')];
    expect(missing).toMatchObject({ code: 3 });
    expect(missing.lines.at(-1)).toMatchObject({ type: 'failed', error: { code: 'NOT_FOUND' } });
    expect([1, 3]).toContain(noise.code);
    expect(noise.lines.at(-1)).toMatchObject({ type: 'failed' });
    expect((await readdir(folder)).sort()).toEqual(['digits.safetensors', 'noise.fwz']);
  });

  test('2 for an output that exists, and the file stays as it was', async () => {
    await writeFile(join(folder, 'taken.fwz'), 'precious');
    const refused = await run('compress', 'digits.safetensors', '-o', 'taken.fwz');
    expect(refused.code, refused.stderr).toBe(2);
    expect(await readFile(join(folder, 'taken.fwz'), 'utf8')).toBe('precious');
    const forced = await run('compress', 'digits.safetensors', '-o', 'taken.fwz', '--force');
    expect(forced.code, forced.stderr).toBe(0);
    const itself = await run('compress', 'digits.safetensors', '-o', 'digits.safetensors', '--force');
    expect(itself.code, itself.stderr).toBe(2);
  });

  test('2 for options that would do nothing, and nothing is written', async () => {
    const task = ['--task', 'task.json'];
    const refused = [
      ...[task, ['--prune', '2:4'], ['--in-sequence'], ['--ablate'], ['--calibrate', '3']],
      ...[
        ['--approx', 'int'],
        ['--recipe', 'r.json'],
        ['--preset', 'quick'],
        ['--base', 'other'],
      ].map((others) => [...['--fit', '10%'], ...others]),
      ...[['int:bits=8,bits=4'], ['int:bit=4'], ['int:bits=9'], ['near:bits=4']].map((words) => ['--approx', ...words]),
    ];
    const runs = await Promise.all(refused.map((words) => run('compress', 'digits.safetensors', ...words)));
    for (const [place, { code, lines, stderr }] of runs.entries()) {
      expect(code, `${String(refused[place])}: ${stderr}`).toBe(2);
      expect(lines.at(-1)).toMatchObject({ type: 'failed', error: { code: 'USAGE' } });
    }
    // What is only planned is not there to be watched.
    const planned = await run('batch', '.', '--output', 'out', '--dry-run', '--watch');
    expect(planned.code, planned.stderr).toBe(2);
    expect(await readdir(folder)).toEqual(['digits.safetensors']);
  });

  test('1 for a damaged archive, another original and another sha256; nothing gets a final name', async () => {
    await run('compress', 'digits.safetensors');
    const other = await readFile(join(folder, 'digits.safetensors'));
    other[other.length - 1]! ^= 1;
    await writeFile(join(folder, 'other.safetensors'), other);
    const against = await run('verify', 'digits.safetensors.fwz', '--against', 'other.safetensors');
    expect(against).toMatchObject({ code: 1 });
    const published = await run('verify', 'digits.safetensors.fwz', '--sha256', 'ab'.repeat(32));
    expect(published).toMatchObject({ code: 1 });
    expect(published.lines.at(-1)).toMatchObject({ type: 'failed', error: { code: 'DIFFERENT' } });

    const archive = await readFile(join(folder, 'digits.safetensors.fwz'));
    archive[archive.length >> 1]! ^= 1;
    await writeFile(join(folder, 'damaged.fwz'), archive);
    const verified = await run('verify', 'damaged.fwz');
    expect(verified).toMatchObject({ code: 1 });
    expect(verified.lines.at(-1)).toMatchObject({ type: 'failed', error: { code: 'DAMAGED' } });
    const restored = await run('restore', 'damaged.fwz', '-o', 'back.safetensors');
    expect(restored).toMatchObject({ code: 1 });
    expect(await readdir(folder)).not.toContain('back.safetensors');
  });
});

describe('processes', () => {
  test.each(['compress', 'restore'])('SIGINT during %s gives 130 and leaves nothing behind', async (command) => {
    await writeModel(join(folder, 'large'), 256 * 2 ** 20);
    if (command === 'restore') await run('compress', 'large', '--preset', 'quick');
    const before = (await readdir(folder)).sort();
    const words = command === 'compress' ? ['compress', 'large'] : ['restore', 'large.fwz', '-o', 'back'];
    const running = start('source', [...words, '--json'], folder);
    await running.printed('"progress"');
    running.child.kill('SIGINT');
    const ended = await running.ended;
    expect(ended.code, ended.stderr).toBe(130);
    expect(ended.lines.at(-1)).toMatchObject({ type: 'failed', error: { code: 'CANCELLED' } });
    expect((await readdir(folder)).sort()).toEqual(before);
  });

  test('a reader that goes away early fails nothing', async () => {
    const running = start('source', ['inspect', 'digits.safetensors', '--all', '--json'], folder);
    running.child.stdout?.destroy();
    const { code, stderr } = await running.ended;
    expect(code).toBe(0);
    expect(stderr).not.toMatch(/EPIPE|at .*\.ts:/);
  });

  test('hostile names are shown escaped', async () => {
    const header = JSON.stringify({ 'a\u001b[2J\u202eb': { dtype: 'F32', shape: [1], data_offsets: [0, 4] } });
    const length = Buffer.alloc(8);
    length.writeBigUInt64LE(BigInt(Buffer.byteLength(header)));
    await writeFile(join(folder, 'hostile.safetensors'), Buffer.concat([length, Buffer.from(header), Buffer.alloc(4)]));
    const { stdout } = await commandLine('source', ['inspect', 'hostile.safetensors'], folder);
    expect(stdout).toContain('a\\u{1b}[2J\\u{202e}b');
  });

  test('bench leaves only the file it was given', async () => {
    const file = await open(join(folder, 'small.bin'), 'w');
    await file.truncate(300_000);
    await file.close();
    const ended = await run('bench', 'small.bin', '--rounds', '1', '--presets', 'quick');
    expect(ended.code, ended.stderr).toBe(0);
    const last = ended.lines.at(-1) as { report: { rows: { contestant: string; equal: boolean }[] } };
    expect(last.report.rows.map(({ contestant }) => contestant)).toContain('featherweight quick');
    expect(last.report.rows.every(({ equal }) => equal)).toBe(true);
    expect((await readdir(folder)).sort()).toEqual(['digits.safetensors', 'small.bin']);
  });

  test('a folder of a model becomes one archive and comes back as a folder', async () => {
    const model = join(folder, 'model');
    await mkdir(model);
    await cp(sample, join(model, 'model.safetensors'));
    await writeFile(join(model, 'config.json'), '{"layers": 3}\n');
    const compressed = await run('compress', 'model');
    expect(compressed.code, compressed.stderr).toBe(0);
    expect(await readdir(folder)).toContain('model.fwz');
    const restored = await run('restore', 'model.fwz', '-o', 'back');
    expect(restored.code, restored.stderr).toBe(0);
    expect(await readdir(join(folder, 'back'))).toEqual(['config.json', 'model.safetensors']);
    expect(await sha256('back/model.safetensors')).toBe(await sha256('model/model.safetensors'));
  });
});
