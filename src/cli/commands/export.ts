import { InvalidArgumentError, Option } from 'commander';
import { loadExports, UsageError, type ExportTarget } from '../../engine/index.ts';
import { exportReader, narrower, usualShare } from '../../evaluation/index.ts';
import { follow } from '../follow.ts';
import { exportSummary, targetLines } from '../view/export.ts';
import type { AddCommand } from './command.ts';
import { parseCount, shareIn, withResources, type ResourceOptions } from './options.ts';

interface ExportOptions extends ResourceOptions {
  readonly to?: string;
  readonly output?: string;
  readonly force?: boolean;
  readonly list?: boolean;
  readonly task?: string;
  readonly data?: string;
  readonly calibrate?: number;
  readonly channels?: number;
}

export const addExport: AddCommand = (program, runAction) => {
  const command = program
    .command('export')
    .description(
      'Write a smaller file that the program you already use opens, and have it read before it gets its name.',
    )
    .argument('[model]', 'a model file, an index of shards, a folder with one model, or a .fwz archive')
    .option('--to <target>', 'the kind of file; --list tells them')
    .option('-o, --output <path>', 'the file, or the folder for several (default: beside the model)')
    .option('--force', 'replace existing files')
    .option('--list', 'tell the kinds of files')
    .option('--task <file>', 'for onnx-narrow: a task file, by whose inputs channels are chosen')
    .option('--data <folder>', "where the task's files are (default: the folder of the task file)")
    .addOption(
      new Option(
        '--calibrate <n>',
        'choose by n items, spread over the task or over the part it names to learn from (default: that part, or a third, at most 256)',
      ).argParser(parseCount),
    )
    .addOption(
      new Option(
        '--channels <share>',
        `for onnx-narrow: how many of the channels that can be taken out are (default: ${100 * usualShare}%)`,
      ).argParser(parseShare),
    );
  withResources(command).action((model: string | undefined, options: ExportOptions) =>
    runAction(async ({ shell, output, engineContext }) => {
      const { to, output: place, force, list, threads, memory } = options;
      const { exportModel, targets } = await loadExports();
      if (list === true) {
        output.say(targetLines(targets).join('\n'));
        return { command: 'export', targets: targets.map(described) };
      }
      if (model === undefined || to === undefined)
        throw new UsageError('Name a model and, with --to, the kind of file; --list tells the kinds.');
      const request = { input: model, target: to, output: place, overwrite: force, threads, memoryBytes: memory };
      const { task, data, calibrate, channels = usualShare } = options;
      refuseInputs(
        targets.find(({ id }) => id === to),
        options,
      );
      const { spawnEvaluation } = shell;
      const narrow =
        spawnEvaluation && task !== undefined
          ? narrower(spawnEvaluation, { ...{ task, calibrate, threads }, dataFolder: data, share: channels })
          : undefined;
      const context = { ...engineContext, readExport: exportReader(spawnEvaluation), narrow };
      const report = await follow(exportModel(request, context), model, output);
      output.say(exportSummary(report));
      return report;
    }),
  );
};

/** Throws {@link UsageError} for an option that would do nothing, because `target` is made without sample inputs. */
function refuseInputs(target: ExportTarget | undefined, { task, data, calibrate, channels }: ExportOptions): void {
  if (target === undefined || target.learns === true) return;
  for (const [flag, value] of Object.entries({ task, data, calibrate, channels }))
    if (value !== undefined)
      throw new UsageError(`--${flag} does nothing for ${target.id}, which is made without sample inputs.`);
}

function parseShare(text: string): number {
  const share = shareIn(text);
  if (share !== undefined) return share;
  throw new InvalidArgumentError('Allowed are shares such as 25%.');
}

function described({
  id,
  title,
  summary,
  ticks,
  load,
}: ExportTarget): Pick<ExportTarget, 'id' | 'title' | 'summary' | 'ticks' | 'load'> {
  return { id, title, summary, ticks, load };
}
