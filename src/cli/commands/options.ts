import { stat } from 'node:fs/promises';
import { type Command, InvalidArgumentError, Option } from 'commander';
import { parseBytes } from '../view/amounts.ts';

/** Options that every command has. */
export interface CommonOptions {
  readonly json?: boolean;
}

/** Options of the commands that code blocks. */
export interface ResourceOptions extends CommonOptions {
  readonly threads?: number;
  readonly memory?: number;
}

/** Adds `--json`. */
export function withJson(command: Command): Command {
  return command.option('--json', 'print JSON lines on stdout and words on stderr');
}

/** Adds `--threads`, `--memory` and `--json`. */
export function withResources(command: Command): Command {
  return withJson(
    command
      .addOption(new Option('--threads <n>', 'coding threads (default: all cores)').argParser(parseCount))
      .addOption(new Option('--memory <size>', 'most memory, e.g. 512MiB or 2GB (default: 1GiB)').argParser(parseSize)),
  );
}

/** Adds `--base`, which may be given several times. */
export function withBases(command: Command, words: string): Command {
  return command.option('--base <path>', words, (path: string, before: readonly string[] | undefined) => [
    ...(before ?? []),
    path,
  ]);
}

/** A whole number from 1 to 256. */
export function parseCount(text: string): number {
  const count = /^\d{1,3}$/.test(text) ? Number(text) : 0;
  if (count < 1 || count > 256) throw new InvalidArgumentError('Allowed is a whole number from 1 to 256.');
  return count;
}

/** A share such as 30 %, above 0 and below 1; `undefined` for any other text. */
export function shareIn(text: string): number | undefined {
  const share = Number(/^(\d+(?:\.\d+)?)%$/.exec(text)?.[1]) / 100;
  return share > 0 && share < 1 ? share : undefined;
}

/** An amount of bytes with or without a unit. */
export function parseSize(text: string): number {
  const bytes = parseBytes(text);
  if (bytes === undefined) throw new InvalidArgumentError('Allowed are sizes such as 512MiB, 1GiB or 2GB.');
  return bytes;
}

/** Whether `path` is meant as a folder: it is one, or ends like one. */
export async function isFolder(path: string): Promise<boolean> {
  if (/[/\\]$/.test(path)) return true;
  try {
    return (await stat(path)).isDirectory();
  } catch {
    return false;
  }
}
