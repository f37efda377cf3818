import { MalformedFileError } from '../../engine/index.ts';
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
      const report = { command: 'inspect', ...inspection } as const;
      output.say(inspectionText(inspection, all));
      const broken = inspection.files.find(({ fault }) => fault !== undefined);
      if (broken?.fault === undefined) return report;
      // What could be read is told first; scripts learn from the end that a file is not what it claims to be.
      output.line({ type: 'report', report });
      throw new MalformedFileError(`${broken.fault} It can still be stored exactly.`, { file: broken.name });
    }),
  );
};
