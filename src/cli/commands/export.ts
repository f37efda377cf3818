import { loadExports, UsageError, type ExportTarget } from '../../engine/index.ts';
import { exportReader } from '../../evaluation/index.ts';
import { follow } from '../follow.ts';
import { exportSummary, targetLines } from '../view/export.ts';
import type { AddCommand } from './command.ts';
import { withResources, type ResourceOptions } from './options.ts';

interface ExportOptions extends ResourceOptions {
  readonly to?: string;
  readonly output?: string;
  readonly force?: boolean;
  readonly list?: boolean;
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
    .option('--list', 'tell the kinds of files');
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
      const context = { ...engineContext, readExport: exportReader(shell.spawnEvaluation) };
      const report = await follow(exportModel(request, context), model, output);
      output.say(exportSummary(report));
      return report;
    }),
  );
};

function described({
  id,
  title,
  summary,
  ticks,
  load,
}: ExportTarget): Pick<ExportTarget, 'id' | 'title' | 'summary' | 'ticks' | 'load'> {
  return { id, title, summary, ticks, load };
}
