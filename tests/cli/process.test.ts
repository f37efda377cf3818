import { describe, expect, test } from 'vitest';
import { exitCodeOf } from '../../src/cli/exit-code.ts';
import type { ErrorCode } from '../../src/engine/index.ts';
import { commandLine, start } from './support/command-line.ts';

describe('every failure has its exit code and its last JSON line', () => {
  const expected: readonly (readonly [ErrorCode, number])[] = [
    ['DAMAGED', 1],
    ['DIFFERENT', 1],
    ['CHANGED', 1],
    ['USAGE', 2],
    ['MALFORMED', 3],
    ['NOT_FOUND', 3],
    ['BASE_MISSING', 3],
    ['FOLDER_MISSING', 3],
    ['UNSUPPORTED', 3],
    ['IO', 4],
    ['DISK_FULL', 4],
    ['INTERNAL', 70],
    ['CANCELLED', 130],
  ];

  test.each(expected)('%s maps to %i', (code, exit) => {
    expect(exitCodeOf(code)).toBe(exit);
  });

  test.each([
    ['DISK_FULL', 4],
    ['CHANGED', 1],
  ])('%s ends the process with %i', async (code, exit) => {
    const ended = await commandLine('fake', ['compress', `code-${code}`, '--json']);
    expect(ended.code).toBe(exit);
    expect(ended.lines.at(-1)).toMatchObject({ type: 'failed', error: { code } });
    expect(ended.stderr).toContain(`As asked: code-${code}\\u{202e}`);
  });
});

describe('misuse', () => {
  test.each([
    [['compress']],
    [['compress', 'a', '--preset', 'best']],
    [['compress', 'a', '--threads', '0']],
    [['compress', 'a', '--memory', '12 parsecs']],
    [['verify', 'a', '--sha256', 'abc']],
    [['bench', 'a', '--presets', 'quick,fast']],
    [['nonsense']],
    [[]],
  ])('%j is a usage error', async (words) => {
    const ended = await commandLine('fake', [...words, '--json'].slice(0, words.length === 0 ? 0 : undefined));
    expect(ended.code).toBe(2);
    expect(ended.stderr).not.toBe('');
    if (words.length > 0) expect(ended.lines.at(-1)).toMatchObject({ type: 'failed', error: { code: 'USAGE' } });
  });

  test('two inputs for one output are refused before anything runs', async () => {
    const ended = await commandLine('fake', ['compress', 'a/model', 'a/../a/model', '--json']);
    expect(ended.code).toBe(2);
    expect(ended.lines).toHaveLength(1);
  });

  test('help and version are no errors', async () => {
    const [help, version] = await Promise.all([commandLine('fake', ['--help']), commandLine('fake', ['--version'])]);
    expect([help.code, version.code]).toEqual([0, 0]);
    expect(help.stdout).toContain('Exit codes');
    expect(version.stdout).toBe('0.0.0-test\n');
  });
});

describe('JSON lines', () => {
  test('one input ends with its report, progress is throttled, words go to stderr', async () => {
    const ended = await commandLine('fake', ['compress', 'plain', '--json']);
    expect(ended.code).toBe(0);
    expect(ended.lines.at(-1)).toMatchObject({ type: 'finished', report: { command: 'compress', bytesOut: 700 } });
    const progress = ended.lines.filter((line) => (line as { type: string }).type === 'progress');
    expect(progress.length).toBeLessThan(50);
    expect(progress.at(-1)).toMatchObject({ bytesDone: 1000 });
    expect(ended.stderr).toContain('−30.0 %');
    expect(ended.stderr).toContain('one \\u{1b}[31mnotice');
  });

  test('several inputs end with one finished line that holds every report', async () => {
    const ended = await commandLine('fake', ['compress', 'one', 'two', '--json']);
    const types = ended.lines.map((line) => (line as { type: string }).type);
    expect(types.filter((type) => type === 'finished')).toHaveLength(1);
    expect(types.filter((type) => type === 'report')).toHaveLength(2);
    expect(ended.lines.at(-1)).toMatchObject({
      type: 'finished',
      report: { command: 'compress', reports: [{ input: 'one' }, { input: 'two' }] },
    });
  });

  test('without --json the summary is on stdout', async () => {
    const ended = await commandLine('fake', ['compress', 'plain']);
    expect(ended.stdout).toContain('plain  1.00 → 0.70 kB · −30.0 %');
    expect(ended.stdout).toContain(`Proved: every byte was read back and compared; sha256 ${'ab'.repeat(32)}`);
  });
});

describe('interrupts', () => {
  test.each(['SIGINT', 'SIGTERM'] as const)('%s cancels with 130', async (signal) => {
    const running = start('fake', ['compress', 'slow', '--json']);
    await running.printed('"progress"');
    running.child.kill(signal);
    const ended = await running.ended;
    expect(ended.code).toBe(130);
    expect(ended.lines.at(-1)).toMatchObject({ type: 'failed', error: { code: 'CANCELLED' } });
  });

  test('a second interrupt ends even work that does not stop', async () => {
    const running = start('fake', ['compress', 'slow-stubborn', '--json']);
    await running.printed('"progress"');
    running.child.kill('SIGINT');
    await new Promise((resolve) => setTimeout(resolve, 800));
    running.child.kill('SIGINT');
    expect((await running.ended).code).toBe(130);
  });

  test('a reader that goes away does not end the work', async () => {
    const running = start('fake', ['compress', 'slow', '--json']);
    await running.printed('"progress"');
    running.child.stdout?.destroy();
    await new Promise((resolve) => setTimeout(resolve, 800));
    expect(running.child.exitCode).toBeNull();
    running.child.kill('SIGINT');
    const ended = await running.ended;
    expect(ended.code).toBe(130);
    expect(ended.stderr).not.toContain('EPIPE');
  });
});
