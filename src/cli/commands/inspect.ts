import { withJson, type CommonOptions } from './options.ts';
import { inspectionText } from '../view/inspection.ts';
import type { AddCommand } from './command.ts';

interface InspectOptions extends CommonOptions {
  readonly all?: boolean;
}

export const addInspect: AddCommand = (program, runAction) => {
  const command = program
    .command('inspect')
    .description('Show what is in a model file, an index, a folder or an archive, without reading tensor bytes.')
    .argument('<path>', 'model file, index, folder, or .fwz archive')
    .option('--all', 'every tensor and all metadata');
  withJson(command).action((path: string, { all = false }: InspectOptions) =>
    runAction(async ({ shell, output }) => {
      const inspection = await shell.engine.inspect({ path });
      output.say(inspectionText(inspection, all));
      return { command: 'inspect', ...inspection };
    }),
  );
};
