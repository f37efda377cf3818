import { InvalidArgumentError, Option, type Command } from 'commander';
import { join } from 'node:path';
import { FeatherweightError, UsageError } from '../../engine/index.ts';
import { evaluate, type AnswerStore, type EvaluateRequest, type EvaluationReport } from '../../evaluation/index.ts';
import { defaultDataFolder } from '../../host/files/data-folder.ts';
import { follow } from '../follow.ts';
import { evaluationText } from '../view/evaluation.ts';
import type { Output } from '../output.ts';
import type { AddCommand, CommandContext } from './command.ts';
import { parseCount, withBases, withJson, type CommonOptions } from './options.ts';

interface EvaluateOptions extends CommonOptions {
  readonly task?: string;
  readonly against?: string;
  readonly data?: string;
  readonly base?: readonly string[];
  readonly limit?: number;
  readonly seed?: number;
  readonly threads?: number;
  readonly layers?: boolean;
  readonly command?: string;
  readonly timeout?: number;
  readonly cache: boolean;
}

export const addEvaluate: AddCommand = (program, runAction) => {
  const command = program
    .command('evaluate')
    .description('Measure how good a model is at a task, and how far it is from its original.')
    .argument('<model>', 'an ONNX file, a folder, or a .fwz archive')
    .option('--against <original>', 'the model that it was made from');
  withTask(command).action((model: string, { against, ...options }: EvaluateOptions) =>
    runAction((context) => perform(requestOf('evaluate', model, against, options), options.cache, context)),
  );
};

export const addCompare: AddCommand = (program, runAction) => {
  const command = program
    .command('compare')
    .description('Measure what really changed from one model to another: weights, outputs, and a task if one is given.')
    .argument('<original>', 'a model in any form that is known')
    .argument('<candidate>', 'what was made of it');
  withTask(command).action((original: string, candidate: string, options: EvaluateOptions) =>
    runAction((context) => perform(requestOf('compare', candidate, original, options), options.cache, context)),
  );
};

function withTask(command: Command): Command {
  withBases(command, 'where a base of an archive may be, besides its own folder and the original’s (may be repeated)');
  return withJson(
    command
      .option('--task <file>', 'a task file: inputs, what they should give, and what is measured')
      .option('--data <folder>', "where the task's files are (default: the folder of the task file)")
      .addOption(new Option('--limit <n>', 'at most so many items').argParser(parseWhole))
      .addOption(new Option('--seed <n>', 'for resampling and pseudo-inputs (default: 1)').argParser(parseWhole))
      .addOption(new Option('--threads <n>', 'threads of the runtime (default: all cores)').argParser(parseCount))
      .option('--no-cache', 'run the original anew, rather than take its answers from the evaluation before; keep none')
      .option('--layers', 'also what each layer with weights gives')
      .option('--command <line>', "a program of your own instead, e.g. 'python eval.py {model}'; its last line is JSON")
      .addOption(
        new Option('--timeout <seconds>', 'for that program, on each model (default: 3600)').argParser(parseWhole),
      ),
  );
}

function requestOf(
  command: 'evaluate' | 'compare',
  model: string,
  original: string | undefined,
  { task, data, base, limit, seed, threads, layers, command: evaluator, timeout }: EvaluateOptions,
): EvaluateRequest {
  refuseIdle('--data', data, task === undefined && 'without a --task, whose files it tells');
  refuseIdle('--timeout', timeout, evaluator === undefined && 'without a --command, which it ends');
  refuseIdle('--layers', layers, original === undefined && 'without an original to compare layers with (--against)');
  for (const [flag, given] of Object.entries({ task, limit }))
    refuseIdle(
      `--${flag}`,
      given,
      evaluator !== undefined && layers !== true && 'with a --command, which measures instead',
    );
  return {
    ...{ command, model, original, task, limit, seed, threads, layers, evaluator },
    ...{ dataFolder: data, bases: base, evaluatorSeconds: timeout },
  };
}

/** Throws {@link UsageError} for an option that is given and would do nothing. */
function refuseIdle(flag: string, given: unknown, why: string | false): void {
  if (given !== undefined && why !== false) throw new UsageError(`${flag} does nothing ${why}.`);
}

async function perform(
  request: EvaluateRequest,
  keeps: boolean,
  { shell, output, engineContext }: CommandContext,
): Promise<EvaluationReport> {
  const { spawnEvaluation } = shell;
  if (spawnEvaluation === undefined)
    throw new FeatherweightError('UNSUPPORTED', 'This build of the program cannot run models.');
  await using opened = new AsyncDisposableStack();
  const answers = keeps && request.original !== undefined ? opened.use(await openAnswers(output)) : undefined;
  const events = evaluate(request, { ...engineContext, spawnEvaluation, ...(answers && { answers }) });
  const report = await follow(events, request.model, output);
  output.say(evaluationText(report));
  return report;
}

/** The answers that the window keeps too. Where they cannot be opened, the original is run each time, and that is said. */
async function openAnswers(output: Output): Promise<(AnswerStore & AsyncDisposable) | undefined> {
  try {
    // Loaded late: a database is much to load for commands that need none.
    const { evaluationsFile, openKeptAnswers } = await import('../../host/evaluations/kept-answers.ts');
    return await openKeptAnswers(join(defaultDataFolder(), evaluationsFile), (message) => output.warn(message));
  } catch (error) {
    output.warn(
      `What the original answers cannot be kept (${error instanceof Error ? error.message : String(error)}); --no-cache does without.`,
    );
    return undefined;
  }
}

function parseWhole(text: string): number {
  const number = /^\d{1,9}$/.test(text) ? Number(text) : 0;
  if (number < 1) throw new InvalidArgumentError('Allowed is a whole number from 1 to 999999999.');
  return number;
}
