import { stat } from 'node:fs/promises';
import { dirname, join, sep } from 'node:path';
import { HostError } from '../../contract/errors.ts';
import { receipt as receiptSchema } from '../../contract/jobs.ts';
import type { Replacement } from '../../contract/originals.ts';
import type { CompressReport, EngineContext, JobEvent } from '../../engine/index.ts';
import type { Engine } from '../engine.ts';
import type { History } from '../history.ts';
import type { Handlers } from './handlers.ts';

/** A proof older than this is taken anew before an original goes. */
const freshMilliseconds = 10 * 60_000;

export interface OriginalParts {
  readonly engine: Engine;
  readonly history: History;
  readonly context: EngineContext;
  /** Moves a file to the trash; absent where there is none. Never deletes. */
  readonly trash: ((path: string) => Promise<void>) | undefined;
}

/**
 * Replaces originals by their proved archives, and puts them back. The archive is under its final name and flushed already
 * when this can be asked for; what is about to move is written down first, and a file that cannot be moved is kept.
 */
export function originalHandlers(
  parts: OriginalParts,
): Handlers<'originals.replace' | 'originals.undo' | 'originals.list'> {
  const { engine, history, context, trash } = parts;
  return {
    'originals.replace': async ({ run, dryRun = false }) => {
      const { report, finished, bases } = await compressRun(history, run);
      const { touched, ...plan } = await planReplacement(report, finished);
      const problems = [...plan.problems];
      if (trash === undefined) problems.push('There is no trash here, so the original is kept.');
      if (dryRun || problems.length > 0 || trash === undefined) return { ...plan, problems, done: false };
      if (touched || Date.now() - finished > freshMilliseconds)
        await finish(engine.verify({ archive: report.output, against: report.input, bases }, context));
      await history.saveOriginal({ run, archive: report.output, files: plan.files, replaced: Date.now() });
      for (const { path } of plan.files)
        await trash(path).catch((error: unknown) => {
          problems.push(`"${path}" could not be moved to the trash (${String(error)}); it is kept.`);
        });
      return { ...plan, problems, done: problems.length === 0 };
    },
    'originals.undo': async ({ run }) => {
      const original = (await history.originals()).find((known) => known.run === run);
      if (!original) throw new HostError({ code: 'NOT_FOUND', message: 'That original was not replaced from here.' });
      const { report, bases } = await compressRun(history, run);
      const [first] = original.files;
      const output = report.files.length === 1 && first ? first.path : folderAround(original, report);
      await finish(engine.restore({ archive: original.archive, output, bases }, context));
      const { archive, files, replaced } = original;
      await history.saveOriginal({ run, archive, files, replaced, undone: Date.now() });
      return { files: original.files.map(({ path }) => path) };
    },
    'originals.list': async () =>
      (await history.originals()).map((original) => ({
        ...original,
        files: original.files.map((file) => ({ ...file })),
      })),
  };
}

interface CompressRun {
  readonly report: CompressReport;
  readonly finished: number;
  /** Where bases of the archive may be. */
  readonly bases: readonly string[];
}

async function compressRun(history: History, id: string): Promise<CompressRun> {
  const found = await history.get(id);
  if (found?.report.command !== 'compress')
    throw new HostError({ code: 'NOT_FOUND', message: 'There is no such archive in the history.' });
  const { report, finished, receipt } = found;
  const bases = await basesNow(history, receiptSchema.parse(receipt).basePaths ?? []);
  return { report, finished, bases };
}

/** Where bases are now: where they were, or in the archives that took their place. */
async function basesNow(history: History, paths: readonly string[]): Promise<string[]> {
  const found: string[] = [];
  for (const path of paths) {
    if (await isThere(path)) found.push(path);
    for (const { archive, files } of await history.originals())
      if (files.some((file) => isWithin(path, file.path)) && (await isThere(archive))) found.push(archive);
  }
  return [...new Set(found)];
}

function isWithin(path: string, file: string): boolean {
  return file === path || file.startsWith(path + sep);
}

/**
 * The files that would move, and why they may not: gone, of another size, or written since the proof. `touched`: the place of
 * one was taken since, or its name or mode changed, so that its times of writing prove nothing.
 */
async function planReplacement(
  report: CompressReport,
  finished: number,
): Promise<Omit<Replacement, 'done'> & { readonly touched: boolean }> {
  const problems: string[] = [];
  let touched = false;
  if (report.approximation !== undefined)
    problems.push('The archive is approximate: without the original its weights would be lost.');
  const folder = folderOf(report, await isFolder(report.input));
  const files = report.files.map(({ name, bytes }) => ({ path: join(folder, name), bytes }));
  for (const { path, bytes } of files) {
    const status = await stat(path).catch(() => undefined);
    if (!status?.isFile()) problems.push(`"${path}" is not there any more.`);
    else if (status.size !== bytes || status.mtimeMs > finished)
      problems.push(`"${path}" has changed since it was compressed.`);
    else touched ||= status.ctimeMs > finished;
  }
  const archive = await stat(report.output).catch(() => undefined);
  if (archive?.size !== report.bytesOut) problems.push(`The archive "${report.output}" is not what was written.`);
  const bytes = files.reduce((sum, file) => sum + file.bytes, 0);
  return { files, bytes, gained: bytes - report.bytesOut, problems, touched };
}

/** The folder that the names of a report are relative to. */
function folderOf({ input }: CompressReport, inputIsFolder: boolean): string {
  return inputIsFolder ? input : dirname(input);
}

/** The same of a run whose files are gone, and with them perhaps the folder, which would tell. */
function folderAround(
  { files: [moved] }: { readonly files: readonly { readonly path: string }[] },
  report: CompressReport,
): string {
  const [first] = report.files;
  return moved && first ? moved.path.slice(0, -first.name.length - 1) : dirname(report.input);
}

async function isThere(path: string): Promise<boolean> {
  return stat(path).then(
    () => true,
    () => false,
  );
}

async function isFolder(path: string): Promise<boolean> {
  return stat(path).then(
    (status) => status.isDirectory(),
    () => false,
  );
}

async function finish(job: AsyncIterable<JobEvent>): Promise<void> {
  for await (const event of job) if (event.type === 'finished') return;
}
