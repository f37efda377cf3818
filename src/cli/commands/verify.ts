import { InvalidArgumentError, Option } from 'commander';
import { follow } from '../follow.ts';
import { verifySummary } from '../view/summary.ts';
import type { AddCommand } from './command.ts';
import { withBases, withResources, type ResourceOptions } from './options.ts';

interface VerifyOptions extends ResourceOptions {
  readonly base?: readonly string[];
  readonly against?: string;
  readonly sha256?: string;
}

export const addVerify: AddCommand = (program, runAction) => {
  const command = program
    .command('verify')
    .description('Decode a whole archive in memory and check it; nothing is written.')
    .argument('<archive>', 'a .fwz archive')
    .option('--against <original>', 'compare with the original file or folder as well')
    .addOption(new Option('--sha256 <hex>', 'compare with a published sha256 of the original').argParser(parseSha256));
  withBases(command, 'where a base of the archive may be, besides its own folder (may be repeated)');
  withResources(command).action((archive: string, { against, base, sha256, threads, memory }: VerifyOptions) =>
    runAction(async ({ shell, output, engineContext }) => {
      const request = { archive, against, bases: base, sha256, threads, memoryBytes: memory };
      const report = await follow(shell.engine.verify(request, engineContext), archive, output);
      output.say(verifySummary(report));
      return report;
    }),
  );
};

function parseSha256(text: string): string {
  if (!/^[0-9a-f]{64}$/i.test(text)) throw new InvalidArgumentError('Allowed are 64 hexadecimal digits.');
  return text.toLowerCase();
}
