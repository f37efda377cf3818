import { follow } from '../follow.ts';
import { restoreSummary } from '../view/summary.ts';
import type { AddCommand } from './command.ts';
import { withBases, withResources, type ResourceOptions } from './options.ts';

interface RestoreOptions extends ResourceOptions {
  readonly output?: string;
  readonly tensor?: string;
  readonly base?: readonly string[];
  readonly force?: boolean;
}

export const addRestore: AddCommand = (program, runAction) => {
  const command = program
    .command('restore')
    .description('Write back the original files, byte for byte, or the raw bytes of one tensor.')
    .argument('<archive>', 'a .fwz archive')
    .option('-o, --output <path>', 'the file, or the folder for several (default: beside the archive)')
    .option('--tensor <name>', 'only the raw bytes of this tensor')
    .option('--force', 'replace existing files');
  withBases(command, 'where a base of the archive may be, besides its own folder (may be repeated)');
  withResources(command).action((archive: string, options: RestoreOptions) =>
    runAction(async ({ shell, output, engineContext }) => {
      const { output: target, tensor, base, force, threads, memory } = options;
      const request = { archive, output: target, tensor, bases: base, overwrite: force, threads, memoryBytes: memory };
      const report = await follow(shell.engine.restore(request, engineContext), archive, output);
      output.say(restoreSummary(report));
      return report;
    }),
  );
};
