import { readFile } from 'node:fs/promises';
import { basename, join, resolve } from 'node:path';
import { Option } from 'commander';
import {
  archivePath,
  type CompressReport,
  type CompressRequest,
  makeFolder,
  type RecipeInput,
  UsageError,
} from '../../engine/index.ts';
import { follow } from '../follow.ts';
import { compressSummary } from '../view/summary.ts';
import type { AddCommand, CommandContext } from './command.ts';
import { fitTarget, performFit, refuseFitOptions, withFit, type FitOptions } from './fit.ts';
import { parseMethod, recipeFor, type MethodWords } from './method.ts';
import { isFolder, withBases, withResources, type ResourceOptions } from './options.ts';

interface CompressOptions extends ResourceOptions, FitOptions {
  readonly output?: string;
  readonly preset?: 'quick' | 'balanced' | 'smallest';
  readonly base?: readonly string[];
  readonly force?: boolean;
  readonly approx?: MethodWords;
  readonly recipe?: string;
}

export const addCompress: AddCommand = (program, runAction) => {
  const command = program
    .command('compress')
    .description(
      'Write an archive, prove that it gives back every byte (with --approx or --recipe: of approximated weights), and only then give it its name.',
    )
    .argument('<path...>', 'model files, indexes of shards, or folders with one model each')
    .option('-o, --output <path>', 'the archive; with several paths a folder (default: beside the input)')
    .addOption(
      new Option('--preset <name>', 'how hard to try').choices(['quick', 'balanced', 'smallest']).default('balanced'),
    )
    .addOption(
      new Option('--approx <method>', 'approximate the weights: a level, or METHOD:key=value,…; `methods` lists them')
        .argParser(parseMethod)
        .conflicts('recipe'),
    )
    .option('--recipe <file>', 'approximate as a JSON file says: rules for tensors by name')
    .option('--force', 'replace an existing archive');
  withBases(command, 'a model, or its archive, that this one may be stored as a difference to (may be repeated)');
  withFit(command);
  withResources(command).action((paths: readonly string[], options: CompressOptions) =>
    runAction(async (context) => {
      const target = fitTarget(options);
      if (target !== undefined) {
        const [path, ...others] = paths;
        if (path === undefined || others.length > 0) throw new UsageError('One model at a time is fitted.');
        return await performFit(path, target, options, context);
      }
      refuseFitOptions(options);
      const approximate = await recipeOf(options, context);
      const requests = await requestsOf(paths, approximate, options);
      const reports: CompressReport[] = [];
      for (const request of requests) {
        const report = await compressOne(request, context);
        if (requests.length > 1) context.output.line({ type: 'report', report });
        reports.push(report);
      }
      const [only] = reports;
      return reports.length === 1 && only !== undefined ? only : { command: 'compress', reports };
    }),
  );
};

async function compressOne(request: CompressRequest, context: CommandContext): Promise<CompressReport> {
  const events = context.shell.engine.compress(request, context.engineContext);
  const report = await follow(events, request.input, context.output);
  context.output.say(compressSummary(report));
  return report;
}

/** One request per path. Several outputs are settled before the first byte is read, so that none can take another's name. */
async function requestsOf(
  paths: readonly string[],
  approximate: RecipeInput | undefined,
  options: CompressOptions,
): Promise<readonly CompressRequest[]> {
  const { output, preset, base, force, threads, memory } = options;
  const intoFolder = output !== undefined && (paths.length > 1 || (await isFolder(output)));
  if (intoFolder) await makeFolder(output);
  const requests = paths.map((input) => ({
    input,
    output: intoFolder ? join(output, basename(archivePath(resolve(input), approximate))) : output,
    preset,
    approximate,
    bases: base,
    overwrite: force,
    threads,
    memoryBytes: memory,
  }));
  const taken = new Map<string, string>();
  for (const { input, output: archive } of requests) {
    const place = resolve(archive ?? archivePath(resolve(input), approximate));
    const other = taken.get(place);
    if (other !== undefined)
      throw new UsageError(`"${other}" and "${input}" would both be written to "${place}"; compress them apart.`);
    taken.set(place, input);
  }
  return requests;
}

async function recipeOf(
  { recipe, approx }: CompressOptions,
  { shell }: CommandContext,
): Promise<RecipeInput | undefined> {
  if (recipe !== undefined) return readRecipe(recipe);
  return approx && recipeFor(approx, await shell.engine.listCatalog());
}

/** The engine checks it; here it only has to be JSON. */
async function readRecipe(path: string): Promise<RecipeInput> {
  try {
    return JSON.parse(await readFile(path, 'utf8')) as RecipeInput;
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
    throw new UsageError(`The recipe "${path}" is no JSON: ${error.message}`, { path });
  }
}
