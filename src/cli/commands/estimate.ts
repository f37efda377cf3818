import { estimateText } from '../view/estimate.ts';
import type { AddCommand } from './command.ts';
import { withResources, type ResourceOptions } from './options.ts';

export const addEstimate: AddCommand = (program, runAction) => {
  const command = program
    .command('estimate')
    .description('Tell what compress would come to, from coding a sample; writes nothing and takes some seconds.')
    .argument('<path>', 'model file, index or folder');
  withResources(command).action((path: string, { threads, memory }: ResourceOptions) =>
    runAction(async ({ shell, output, engineContext }) => {
      const request = { input: path, threads, memoryBytes: memory };
      const estimate = await shell.engine.estimate(request, engineContext);
      output.say(estimateText(estimate));
      return { command: 'estimate', input: path, ...estimate } as const;
    }),
  );
};
