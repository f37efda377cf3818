import {
  FeatherweightError,
  loadExports,
  UsageError,
  type ExportTarget,
  type ExportContext,
  type LoadTest,
} from '../../engine/index.ts';
import { runTask } from '../../evaluation/index.ts';
import { follow } from '../follow.ts';
import type { Shell } from '../shell.ts';
import { exportSummary, targetLines } from '../view/export.ts';
import type { AddCommand } from './command.ts';
import { withResources, type ResourceOptions } from './options.ts';

interface ExportOptions extends ResourceOptions {
  readonly to?: string;
  readonly output?: string;
  readonly force?: boolean;
  readonly list?: boolean;
}

export const addExport: AddCommand = (program, runAction) => {
  const command = program
    .command('export')
    .description(
      'Write a smaller file that the program you already use opens, and have it read before it gets its name.',
    )
    .argument('[model]', 'a model file, an index of shards, a folder with one model, or a .fwz archive')
    .option('--to <target>', 'the kind of file; --list tells them')
    .option('-o, --output <path>', 'the file, or the folder for several (default: beside the model)')
    .option('--force', 'replace existing files')
    .option('--list', 'tell the kinds of files');
  withResources(command).action((model: string | undefined, options: ExportOptions) =>
    runAction(async ({ shell, output, engineContext }) => {
      const { to, output: place, force, list, threads, memory } = options;
      const { exportModel, targets } = await loadExports();
      if (list === true) {
        output.say(targetLines(targets).join('\n'));
        return { command: 'export', targets: targets.map(described) };
      }
      if (model === undefined || to === undefined)
        throw new UsageError('Name a model and, with --to, the kind of file; --list tells the kinds.');
      const request = { input: model, target: to, output: place, overwrite: force, threads, memoryBytes: memory };
      const context = { ...engineContext, runOnnx: runnerOf(shell) };
      const report = await follow(exportModel(request, context), model, output);
      output.say(exportSummary(report));
      return report;
    }),
  );
};

/** Runs a new model once on a made-up input, in a process of its own, if this build can. */
function runnerOf({ spawnEvaluation }: Shell): ExportContext['runOnnx'] {
  if (spawnEvaluation === undefined) return undefined;
  const reader = 'onnxruntime';
  /** What is wrong, and whether the model was loaded before that. */
  const tried = async (candidate: string, signal: AbortSignal): Promise<{ fault?: string; isLoaded: boolean }> => {
    const request = { candidate, limit: 1, seed: 0, threads: 1 };
    try {
      const { result } = await runTask(spawnEvaluation, 'measure', request, { signal, onProgress: () => undefined });
      const { candidateFault: fault } = result;
      return fault === undefined ? { isLoaded: true } : { fault: fault.message, isLoaded: false };
    } catch (error) {
      // A fault while it runs is thrown: what is asked of it does not suit it.
      if (error instanceof FeatherweightError && (error.code === 'USAGE' || error.code === 'UNSUPPORTED'))
        return { fault: error.message, isLoaded: true };
      throw error;
    }
  };
  return async (path, original, signal): Promise<LoadTest> => {
    const { fault, isLoaded } = await tried(path, signal);
    if (fault === undefined) return { reader, isLoaded: true, result: 'loaded, and run on a made-up input' };
    const before = await tried(original, signal);
    // What the original cannot do either says nothing about the new file.
    if (before.fault === undefined) return { reader, isLoaded: false, result: fault };
    return { reader, isLoaded: isLoaded || undefined, result: `not run on a made-up input: ${fault}` };
  };
}

function described({
  id,
  title,
  summary,
  ticks,
  load,
}: ExportTarget): Pick<ExportTarget, 'id' | 'title' | 'summary' | 'ticks' | 'load'> {
  return { id, title, summary, ticks, load };
}
