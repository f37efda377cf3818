import { Command, CommanderError } from 'commander';
import { CancelledError, FeatherweightError, toErrorData, UsageError } from '../engine/index.ts';
import { addBatch } from './commands/batch.ts';
import { addBench } from './commands/bench.ts';
import type { Action, RunAction } from './commands/command.ts';
import { addCompress } from './commands/compress.ts';
import { addEstimate } from './commands/estimate.ts';
import { addCompare, addEvaluate } from './commands/evaluate.ts';
import { addExport } from './commands/export.ts';
import { addInspect } from './commands/inspect.ts';
import { addMethods } from './commands/methods.ts';
import { addRestore } from './commands/restore.ts';
import { addServe } from './commands/serve.ts';
import { addStore } from './commands/store.ts';
import { addVerify } from './commands/verify.ts';
import { exitCodeOf, exitCodes } from './exit-code.ts';
import { interruptible } from './interrupt.ts';
import { type Output, processOutput } from './output.ts';
import type { Shell } from './shell.ts';
import { escapeLines } from './view/escape.ts';

/** Runs one command line (without the program's own name) to its end and returns the exit code; never throws. */
export async function run(words: readonly string[], shell: Shell): Promise<number> {
  const output = processOutput(words.includes('--json'));
  try {
    await createProgram(shell, (action) => perform(action, shell, output)).parseAsync(words, { from: 'user' });
    return exitCodes.done;
  } catch (error) {
    if (!(error instanceof CommanderError)) return fail(error, output);
    // Commander has written its words already, help and version included; help that nobody asked for is a misuse.
    if (error.exitCode === 0 || error.code === 'commander.helpDisplayed') return exitCodes.done;
    output.line({ type: 'failed', error: toErrorData(new UsageError(error.message.replace(/^error: /, ''))) });
    return exitCodes.usage;
  }
}

function createProgram(shell: Shell, runAction: RunAction): Command {
  const program = new Command('featherweight')
    .description('Makes neural-network model files smaller, and proves that they come back byte for byte.')
    .version(shell.version)
    .exitOverride()
    .showHelpAfterError('(--help after a command tells its options)')
    .addHelpText(
      'after',
      '\nExit codes: 0 done; 1 not equal, damaged or changed; 2 usage; 3 unreadable or invalid input; 4 disk or I/O; 70 a fault of the program; 130 cancelled.',
    );
  for (const add of [
    addInspect,
    addEstimate,
    addCompress,
    addRestore,
    addVerify,
    addBatch,
    addStore,
    addMethods,
    addExport,
    addEvaluate,
    addCompare,
    addBench,
    addServe,
  ])
    add(program, runAction);
  return program;
}

async function perform(action: Action, shell: Shell, output: Output): Promise<void> {
  using interrupt = interruptible();
  const { signal } = interrupt;
  try {
    const report = await action({ shell, output, signal, engineContext: { spawnWorker: shell.spawnWorker, signal } });
    output.line({ type: 'finished', report });
  } catch (error) {
    // Whatever broke because the person stopped the work is that stop, not a fault.
    if (signal.aborted && !(error instanceof FeatherweightError)) throw new CancelledError();
    throw error;
  }
}

function fail(thrown: unknown, output: Output): number {
  const error = toErrorData(thrown);
  output.warn(`${error.code === 'CANCELLED' ? 'Cancelled' : 'Error'}: ${escapeLines(error.message)}`);
  if (error.code === 'INTERNAL' && process.env['FEATHERWEIGHT_DEBUG'] !== undefined && thrown instanceof Error)
    output.warn(thrown.stack ?? '');
  output.line({ type: 'failed', error });
  return exitCodeOf(error.code);
}
