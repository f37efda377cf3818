import { writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { InvalidArgumentError, Option } from 'commander';
import {
  completeRecipe,
  type BatchEvent,
  type BatchReport,
  type BatchRow,
  DifferentError,
  makeFolder,
  planZoo,
  readRecipe,
  type Recipe,
  reportCsv,
  reportHtml,
  runBatch,
  scanZoo,
  type ZooPlan,
} from '../../engine/index.ts';
import { escapeUnsafe } from '../view/escape.ts';
import { batchProgress, batchSummary, planSummary, sharedWords, waitingLine } from '../view/zoo.ts';
import type { AddCommand, CommandContext } from './command.ts';
import { withResources, type ResourceOptions } from './options.ts';
import { watchFolders } from './watch-folders.ts';

interface Shard {
  readonly index: number;
  readonly count: number;
}

interface BatchOptions extends ResourceOptions {
  readonly output: string;
  readonly preset?: Recipe['preset'];
  readonly recipe?: string;
  readonly dryRun?: boolean;
  readonly shard?: Shard;
  readonly watch?: boolean;
  readonly replace?: boolean;
}

/** Progress of one model is told this often to scripts. */
const pulseMilliseconds = 250;

export const addBatch: AddCommand = (program, runAction) => {
  const command = program
    .command('batch')
    .description('Archive all models below some folders, each proved; go on where an earlier run ended.')
    .argument('<folder...>', 'folders with models of every kind')
    .requiredOption('-o, --output <folder>', 'where the archives go, in folders like those of the models')
    .addOption(new Option('--preset <name>', 'how hard to try').choices(['quick', 'balanced', 'smallest']))
    .option('--recipe <file>', 'rules and choices, as JSON')
    .option('--dry-run', 'only show what would be done')
    .addOption(new Option('--shard <i/n>', 'only this share of the models, for n machines').argParser(parseShard))
    .addOption(
      new Option('--watch', 'go on watching, and archive what is new once it has not changed for 30 seconds').conflicts(
        'dryRun',
      ),
    )
    .option('--replace', 'move each original to the trash, once its archive was read back once more');
  withResources(command).action((roots: readonly string[], options: BatchOptions) =>
    runAction(async (context) => {
      const recipe = await recipeOf(options);
      if (options.dryRun === true) {
        const { plan } = await planned(roots, options, recipe, context);
        context.output.say(planSummary(plan));
        return { command: 'plan', plan };
      }
      // From before the first run, so that what comes meanwhile is not missed.
      await using watching = options.watch === true ? await watchFolders(roots, options.output) : undefined;
      for (;;) {
        const report = await runOnce(roots, options, recipe, context);
        if (watching === undefined && report.needsAttention.length === 0) return report;
        context.output.line({ type: 'report', report });
        if (watching === undefined) throw attention(report);
        context.output.say('Watching. Ctrl-C ends it.');
        await watching.settled(context.signal);
      }
    }),
  );
};

async function recipeOf({ recipe, preset }: BatchOptions): Promise<Recipe> {
  const read = recipe === undefined ? await completeRecipe({}) : await readRecipe(recipe);
  return preset === undefined ? read : { ...read, preset };
}

async function planned(roots: readonly string[], options: BatchOptions, recipe: Recipe, context: CommandContext) {
  const { output, signal } = context;
  const cache = options.dryRun === true ? undefined : join(options.output, '.featherweight', 'scan.json');
  const zoo = await scanZoo(
    { roots, cache },
    { signal, progress: (files) => output.live(`looking: ${files.toLocaleString('en')} files`) },
  );
  const plan = await planZoo(zoo, options.output, recipe, {
    signal,
    progress: (done, total) => output.live(`sampling: ${done} of ${total} models`),
  });
  output.live(undefined);
  const shared = sharedWords(zoo);
  if (shared !== '') output.warn(shared);
  for (const { path, reason } of zoo.unreadable) output.warn(`Note: ${escapeUnsafe(path)} was left out: ${reason}`);
  return { zoo, plan };
}

async function runOnce(
  roots: readonly string[],
  options: BatchOptions,
  recipe: Recipe,
  context: CommandContext,
): Promise<BatchReport> {
  const { output, engineContext } = context;
  await makeFolder(join(options.output, '.featherweight'));
  const { zoo, plan } = await planned(roots, options, recipe, context);
  const { shard, threads, memory: memoryBytes } = options;
  const trash = options.replace === true ? (await import('trash')).default : undefined;
  const events = runBatch(
    {
      zoo,
      plan,
      shard,
      threads,
      memoryBytes,
      trash: trash && ((paths) => trash([...paths], { glob: false })),
    },
    engineContext,
  );
  const report = await show(events, plan, context);
  const name = join(resolve(options.output), shard ? `report-${shard.index}-of-${shard.count}` : 'report');
  await writeFile(`${name}.json`, `${JSON.stringify(report, undefined, 2)}\n`);
  await writeFile(`${name}.csv`, reportCsv(report));
  await writeFile(`${name}.html`, reportHtml(report));
  output.say(batchSummary(report, `${name}.html`));
  return report;
}

async function show(
  events: AsyncIterable<BatchEvent>,
  plan: ZooPlan,
  { output }: CommandContext,
): Promise<BatchReport> {
  let report: BatchReport | undefined;
  let last = 0;
  let total = plan.models.length;
  let bytesTotal = plan.bytesNow;
  let place = '';
  let isWaiting = false;
  for await (const event of events) {
    if (event.type === 'model-progress') {
      if (performance.now() - last < pulseMilliseconds) continue;
      last = performance.now();
    }
    if (event.type === 'batch-finished') report = event.report;
    else output.line(event);
    if (event.type === 'waiting') {
      if (!isWaiting) output.warn(waitingLine(event));
      output.live(waitingLine(event));
    }
    isWaiting = event.type === 'waiting';
    if (event.type === 'batch-started') ({ models: total, bytesTotal } = event);
    if (event.type === 'model-started')
      output.live((place = `${event.number + 1} of ${total}: ${escapeUnsafe(event.id)}`));
    if (event.type === 'model-progress') output.live(`${place} · ${batchProgress(event, bytesTotal)}`);
    if (event.type === 'model-finished') warnOf(event.row, output);
  }
  output.live(undefined);
  if (report === undefined) throw new Error('A batch ended without its report.');
  return report;
}

function warnOf({ id, state, note = '' }: BatchRow, output: CommandContext['output']): void {
  if (state === 'failed') output.warn(`Needs attention: ${escapeUnsafe(id)}: ${escapeUnsafe(note)}`);
  else if (state === 'done' && note !== '') output.warn(`${escapeUnsafe(id)}: ${escapeUnsafe(note)}`);
}

function attention({ needsAttention, models }: BatchReport): DifferentError {
  const named = needsAttention.slice(0, 5).map(({ id, code }) => `"${id}" (${code ?? ''})`);
  return new DifferentError(
    `${needsAttention.length} of ${models} models need attention: ${named.join(', ')}${needsAttention.length > 5 ? ' …' : ''}. The others are done; run the same command again to try these again.`,
    { models, failed: needsAttention.length },
  );
}

function parseShard(text: string): Shard {
  const [, index, count] = /^(\d{1,5})\/(\d{1,5})$/.exec(text) ?? [];
  const shard = { index: Number(index), count: Number(count) };
  if (!(shard.index >= 1 && shard.index <= shard.count))
    throw new InvalidArgumentError('Allowed is i/n with 1 ≤ i ≤ n.');
  return shard;
}
