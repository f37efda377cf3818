import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { InvalidArgumentError, Option } from 'commander';
import { FeatherweightError } from '../../engine/index.ts';
import { escapeUnsafe } from '../view/escape.ts';
import type { AddCommand } from './command.ts';
import { withJson, type CommonOptions } from './options.ts';

interface ServeOptions extends CommonOptions {
  readonly port: number;
  readonly open?: boolean;
  readonly idle: number;
}

export const addServe: AddCommand = (program, runAction) => {
  const command = program
    .command('serve')
    .description('Serve the user interface to browsers of this machine until Ctrl-C.')
    .addOption(new Option('--port <n>', 'TCP port; 0 takes a free one').argParser(parsePort).default(0))
    .option('--open', 'open it in the browser')
    .addOption(
      new Option('--idle <minutes>', 'end when nobody is connected and nothing is worked on for so long; 0 never')
        .argParser(parseMinutes)
        .default(120),
    );
  withJson(command).action(({ port, open, idle }: ServeOptions) =>
    runAction(async ({ shell, output, signal }) => {
      if (shell.startServer === undefined)
        throw new FeatherweightError('UNSUPPORTED', 'This build of the program has no user interface to serve.');
      const server = await shell.startServer({
        port,
        idleMilliseconds: idle * 60_000,
        warn: (message) => output.warn(escapeUnsafe(message)),
      });
      try {
        output.line({ type: 'listening', url: server.url });
        output.say(`Featherweight is at ${server.url}\nOnly this machine can reach it. Ctrl-C ends it.`);
        if (open === true) openInBrowser(server.url);
        if (signal.aborted) return { command: 'serve' };
        const isIdle = await Promise.race([server.idle.then(() => true), once(signal, 'abort').then(() => false)]);
        if (isIdle) output.say(`Nobody was connected for ${idle} minutes, and nothing was left to do.`);
      } finally {
        await server.close();
      }
      return { command: 'serve' };
    }),
  );
};

/** Best effort: the address is printed anyway. */
function openInBrowser(url: string): void {
  const [program, ...words] =
    process.platform === 'darwin'
      ? (['open', url] as const)
      : process.platform === 'win32'
        ? (['explorer.exe', url] as const)
        : (['xdg-open', url] as const);
  spawn(program, words, { stdio: 'ignore', detached: true })
    .on('error', () => undefined)
    .unref();
}

function parsePort(text: string): number {
  const port = /^\d{1,5}$/.test(text) ? Number(text) : -1;
  if (port < 0 || port > 65535) throw new InvalidArgumentError('Allowed is a whole number from 0 to 65535.');
  return port;
}

function parseMinutes(text: string): number {
  const minutes = /^\d{1,6}(\.\d+)?$/.test(text) ? Number(text) : NaN;
  if (Number.isNaN(minutes)) throw new InvalidArgumentError('Allowed is a number of minutes from 0 to 999999.');
  return minutes;
}
