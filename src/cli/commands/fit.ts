import { InvalidArgumentError, Option, type Command } from 'commander';
import { join } from 'node:path';
import { FeatherweightError, UsageError } from '../../engine/index.ts';
import {
  ablate,
  fit,
  fitParts,
  type AblationReport,
  type FitPart,
  type FitReport,
  type FitRequest,
  type FitTarget,
} from '../../evaluation/index.ts';
import { defaultDataFolder } from '../../host/files/data-folder.ts';
import { follow } from '../follow.ts';
import { parseBytes } from '../view/amounts.ts';
import { ablationText, fitText } from '../view/fit.ts';
import type { CommandContext } from './command.ts';
import { parseCount, shareIn } from './options.ts';

/** Options that make a compression look for the best model of a size. */
export interface FitOptions {
  readonly fit?: FitTarget;
  readonly bits?: FitTarget;
  readonly maxDrop?: FitTarget;
  readonly task?: string;
  readonly data?: string;
  readonly calibrate?: number;
  readonly without?: FitPart;
  readonly inSequence?: boolean;
  readonly prune?: FitRequest['pruning'];
  readonly priced?: true;
  readonly trellis?: true;
  readonly codebooks?: true;
  readonly ablate?: true;
}

/** Options that only a fit takes. */
const flags = {
  task: '--task',
  data: '--data',
  calibrate: '--calibrate',
  inSequence: '--in-sequence',
  prune: '--prune',
  priced: '--priced',
  codebooks: '--codebooks',
  trellis: '--trellis',
  without: '--without',
  ablate: '--ablate',
} as const satisfies Readonly<Record<Exclude<keyof FitOptions, 'fit' | 'bits' | 'maxDrop'>, string>>;
/** What a fit chooses by itself, or cannot take. */
const chosenByFits = ['approx', 'recipe', 'preset', 'base'];

/** Adds them. */
export function withFit(command: Command): Command {
  return command
    .addOption(
      new Option('--fit <size>', 'the best approximation that fits: 2GB, or 8% of the model')
        .argParser(parseFit)
        .conflicts(chosenByFits),
    )
    .addOption(
      new Option('--bits <n>', 'the same, by bits per weight').argParser(parseBits).conflicts([...chosenByFits, 'fit']),
    )
    .addOption(
      new Option('--max-drop <percent>', "the smallest whose task's first metric gets at most so much worse")
        .argParser(parseDrop)
        .conflicts([...chosenByFits, 'fit', 'bits']),
    )
    .option('--task <file>', 'for these three: a task file, whose inputs are learned from and measured on')
    .option('--data <folder>', "where the task's files are (default: the folder of the task file)")
    .addOption(
      new Option(
        '--calibrate <n>',
        'learn from n items, spread over the task or over the part it names for that, and measure on all others (default: that part, or a third, at most 32)',
      ).argParser(parseCount),
    )
    .option(
      '--in-sequence',
      'round each layer for what rounded ones before it give (default: where that comes nearer, of a model of up to 32 million weights with a task)',
    )
    .option('--no-in-sequence', 'round all layers for what they are given before any is rounded, which is quicker')
    .addOption(
      new Option(
        '--prune <pattern>',
        'make weights of layers 0, others making good what that loses: 2:4, 4:8 (half of each so many inputs), or a share as 30%',
      ).argParser(parsePruning),
    )
    .option(
      '--priced',
      'round short codes by what they cost, for matrices that are better for it; measure whether it pays, for a reader of digits it did not',
    )
    .option(
      '--codebooks',
      'let lines of a grid become codebooks that are learned, for matrices that are better for it; takes longer',
    )
    .option(
      '--trellis',
      'let two grids take turns, for matrices that are better for it; measure whether it pays: for a reader of digits it did, for a detector of speech not',
    )
    .addOption(new Option('--without <part>', 'leave a part out, to see what it is worth').choices([...fitParts]))
    .addOption(
      new Option(
        '--ablate',
        'with --fit or --bits and --task: also tell at which size it is as good without each part, and with each that was not asked for; up to 36 more fits, and the same command goes on where it was stopped',
      ).conflicts('without'),
    );
}

/** What is aimed at, if anything is. */
export function fitTarget({ fit: size, bits, maxDrop }: FitOptions): FitTarget | undefined {
  return size ?? bits ?? maxDrop;
}

/** Throws {@link UsageError} for an option that would do nothing because nothing is fitted. */
export function refuseFitOptions(options: FitOptions): void {
  for (const [option, flag] of Object.entries(flags))
    if (options[option as keyof typeof flags] !== undefined)
      throw new UsageError(`${flag} is for fits only: say with --fit, --bits or --max-drop what is fitted.`);
}

export async function performFit(
  input: string,
  target: FitTarget,
  options: FitOptions & {
    readonly output?: string;
    readonly force?: boolean;
    readonly threads?: number;
    readonly memory?: number;
  },
  { shell, output, engineContext }: CommandContext,
): Promise<FitReport | AblationReport> {
  const { spawnEvaluation } = shell;
  if (spawnEvaluation === undefined)
    throw new FeatherweightError('UNSUPPORTED', 'This build of the program cannot run models.');
  if ('drop' in target && options.task === undefined)
    throw new UsageError('--max-drop needs a --task that says what is measured.');
  const request = {
    ...{ input, target, output: options.output, task: options.task, dataFolder: options.data },
    ...{
      calibrate: options.calibrate,
      without: options.without,
      inSequence: options.inSequence,
      pruning: options.prune,
      priced: options.priced,
      trellis: options.trellis,
      codebooks: options.codebooks,
      overwrite: options.force,
    },
    ...{ threads: options.threads, memoryBytes: options.memory },
    cacheFolder: join(defaultDataFolder(), 'calibration'),
  };
  const evaluationContext = { ...engineContext, spawnEvaluation };
  if (options.ablate) {
    const report = await follow(ablate(request, evaluationContext), input, output);
    output.say([fitText(report.fit), '', ablationText(report)].join('\n'));
    return report;
  }
  const report = await follow(fit(request, evaluationContext), input, output);
  output.say(fitText(report));
  return report;
}

function parseFit(text: string): FitTarget {
  const share = shareIn(text);
  if (share !== undefined) return { share };
  const bytes = parseBytes(text);
  if (bytes === undefined || bytes === 0) throw new InvalidArgumentError('Allowed are sizes such as 20MB, and 8%.');
  return { bytes };
}

function parsePruning(text: string): FitRequest['pruning'] {
  if (text === '2:4') return { ofEach: 4 };
  if (text === '4:8') return { ofEach: 8 };
  const share = shareIn(text);
  if (share !== undefined) return { share };
  throw new InvalidArgumentError('Allowed are 2:4, 4:8, and a share such as 30%.');
}

function parseBits(text: string): FitTarget {
  const bits = Number(text);
  if (!(bits > 0 && bits <= 16)) throw new InvalidArgumentError('Allowed is a number above 0, up to 16.');
  return { bits };
}

function parseDrop(text: string): FitTarget {
  const drop = Number(text.replace(/%$/, ''));
  if (!(drop > 0 && drop <= 100)) throw new InvalidArgumentError('Allowed is a percentage, such as 0.5%.');
  return { drop: drop / 100 };
}
