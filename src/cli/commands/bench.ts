import { dirname, resolve } from 'node:path';
import { InvalidArgumentError, Option } from 'commander';
import { DifferentError } from '../../engine/index.ts';
import type { BenchmarkRequest } from '../bench/benchmark.ts';
import type { BenchmarkReport } from '../bench/report.ts';
import { benchmarkText, measurementLine } from '../view/benchmark.ts';
import type { AddCommand, CommandContext } from './command.ts';
import { parseCount, withJson, type CommonOptions } from './options.ts';

interface BenchOptions extends CommonOptions {
  readonly peers?: boolean;
  readonly slow?: boolean;
  readonly presets: readonly string[];
  readonly rounds: number;
  readonly threads?: number;
  readonly work?: string;
}

const allPresets = ['quick', 'balanced', 'smallest'];

export const addBench: AddCommand = (program, runAction) => {
  const command = program
    .command('bench')
    .description(
      'Race this program against a file copy, zstd and other peers on one file, with proof that bytes come back.',
    )
    .argument('<file>', 'any file')
    .option('--peers', 'also every other peer that is installed, and deflate in JavaScript')
    .option('--slow', 'also settings that take minutes per gigabyte')
    .addOption(
      new Option('--presets <names>', 'presets of this program')
        .argParser(parsePresets)
        .default(['quick', 'balanced'], 'quick,balanced'),
    )
    .addOption(new Option('--rounds <n>', 'how often each runs').argParser(parseCount).default(3))
    .addOption(new Option('--threads <n>', 'threads for all (default: all cores)').argParser(parseCount))
    .option('--work <folder>', 'where temporary files go (default: beside the file)');
  withJson(command).action((file: string, options: BenchOptions) =>
    runAction(async (context) => {
      const report = await race(await requestOf(file, options, context.shell), context);
      context.output.say(benchmarkText(report));
      const unequal = report.rows.filter(({ equal }) => !equal).map(({ contestant }) => contestant);
      if (unequal.length > 0) throw new DifferentError(`Not every byte came back from: ${unequal.join(', ')}.`);
      return report;
    }),
  );
  program
    .command('fflate', { hidden: true })
    .argument('<direction>')
    .argument('<input>')
    .argument('<output>')
    .action(async (direction: string, input: string, output: string) => {
      const { deflateFile, inflateFile } = await import('../bench/fflate.ts');
      await (direction === 'compress' ? deflateFile(input, output) : inflateFile(input, output));
    });
};

async function race(request: BenchmarkRequest, { output, signal }: CommandContext): Promise<BenchmarkReport> {
  const { benchmark } = await import('../bench/benchmark.ts');
  const events = benchmark(request, signal);
  for (;;) {
    const step = await events.next();
    if (step.done === true) return step.value;
    output.line({ type: 'measurement', measurement: step.value });
    output.warn(measurementLine(step.value));
  }
}

async function requestOf(
  file: string,
  options: BenchOptions,
  { version, engine }: CommandContext['shell'],
): Promise<BenchmarkRequest> {
  const { findContestants, subjectOf } = await import('../bench/contestants.ts');
  const { peers = false, slow = false, presets, rounds, threads, work } = options;
  const command = [process.execPath, ...process.execArgv, process.argv[1] ?? ''];
  const { present, absent } = findContestants(
    { presets, threads, peers, slow },
    { command, version },
    subjectOf(await engine.inspect({ path: file })),
  );
  return {
    input: resolve(file),
    workFolder: resolve(work ?? dirname(resolve(file))),
    contestants: present,
    absent: absent.map((contestant) => ({ contestant, reason: 'not on this machine' })),
    rounds,
    threads,
  };
}

function parsePresets(text: string): readonly string[] {
  const presets = text.split(',');
  if (!presets.every((preset) => allPresets.includes(preset)))
    throw new InvalidArgumentError(`Allowed are ${allPresets.join(', ')}, separated by commas.`);
  return presets;
}
