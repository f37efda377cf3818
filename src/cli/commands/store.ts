import { DamagedArchiveError, pruneStore, readStore } from '../../engine/index.ts';
import { formatBytes, formatCount } from '../view/amounts.ts';
import { storeSummary } from '../view/zoo.ts';
import { follow } from '../follow.ts';
import type { AddCommand } from './command.ts';
import { withJson, withResources, type ResourceOptions } from './options.ts';

export const addStore: AddCommand = (program, runAction) => {
  const store = program.command('store').description('Look after a folder of archives, of which some need others.');
  withJson(
    store.command('list').description('The archives, what they need, and what needs them.').argument('<folder>'),
  ).action((folder: string) =>
    runAction(async ({ signal, output }) => {
      const report = await readStore(folder, signal);
      output.say(storeSummary(report));
      return report;
    }),
  );
  withResources(
    store
      .command('check')
      .description('Fail unless every archive can be read and has its bases.')
      .argument('<folder>')
      .option('--read', 'also decode and verify every archive'),
  ).action((folder: string, { read, threads, memory: memoryBytes }: ResourceOptions & { readonly read?: boolean }) =>
    runAction(async ({ shell, signal, output, engineContext }) => {
      const report = await readStore(folder, signal);
      output.say(storeSummary(report));
      const [fault] = report.archives.filter((archive) => archive.fault !== undefined || archive.missing.length > 0);
      if (fault !== undefined)
        throw new DamagedArchiveError(
          `"${fault.name}" cannot be restored: ${fault.fault ?? `its base "${fault.missing[0]?.name ?? ''}" (sha256 ${fault.missing[0]?.sha256 ?? ''}) is missing, or cannot be restored either`}.`,
          { name: fault.name },
        );
      if (read === true)
        for (const { path } of report.archives)
          await follow(shell.engine.verify({ archive: path, threads, memoryBytes }, engineContext), path, output);
      return report;
    }),
  );
  withJson(
    store
      .command('prune')
      .description('Remove archives, never one that another needs, and what killed runs left.')
      .argument('<folder>')
      .argument('[archive...]', 'names of archives, as `list` shows them'),
  ).action((folder: string, names: readonly string[]) =>
    runAction(async ({ signal, output }) => {
      const pruned = await pruneStore(folder, names, signal);
      output.say(`Removed ${formatCount(pruned.removed.length)} files, ${formatBytes(pruned.bytes)} of archives.`);
      return { command: 'prune', ...pruned };
    }),
  );
};
