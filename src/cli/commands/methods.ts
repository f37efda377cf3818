import { methodsText } from '../view/methods.ts';
import type { AddCommand } from './command.ts';
import { withJson } from './options.ts';

export const addMethods: AddCommand = (program, runAction) => {
  const command = program
    .command('methods')
    .description('List the ways to approximate weights: levels under plain names, and methods with their options.');
  withJson(command).action(() =>
    runAction(async ({ shell, output }) => {
      const { levels, methods } = await shell.engine.listCatalog();
      output.say(methodsText(levels, methods));
      return { command: 'methods', levels, methods };
    }),
  );
};
