import { stat } from 'node:fs/promises';
import { UsageError } from '../errors.ts';
import type { CompressReport } from '../pipeline/job/events.ts';
import { sha256Of } from '../io/file-digest.ts';
import { isArchive } from '../archive/is-archive.ts';
import { openArchive } from '../archive/open-archive.ts';
import { inputKey, type DoneRecord } from './journal.ts';
import type { PlannedModel } from './plan.ts';
import type { ZooModel } from './zoo.ts';

const mostIndexBytes = 128 * 2 ** 20;

interface Sought {
  readonly planned: PlannedModel;
  readonly model: ZooModel;
  /** Of its archive. */
  readonly path: string;
  /** Of the models that it is planned to be a difference to. */
  readonly basePaths: readonly string[];
}

/**
 * What an earlier run left: by its journal, where the input has not changed since, else by sha256 of the input. Throws
 * {@link UsageError} when another archive has the name.
 */
export async function recogniseFinished(
  { planned, model, path, basePaths }: Sought,
  known: DoneRecord | undefined,
  signal: AbortSignal,
): Promise<DoneRecord | undefined> {
  const bytesOut = await stat(path).then(
    ({ size }) => size,
    () => undefined,
  );
  if (bytesOut === undefined) return undefined;
  const input = inputKey(model.files);
  if (known?.input === input && known.archive === planned.archive && known.bytesOut === bytesOut) return known;
  if (!(await isArchive(path))) throw inTheWay(path);
  await using opened = await openArchive(path, mostIndexBytes);
  const { files, bases } = opened.archive;
  const digests = new Set<string>();
  for (const file of model.files) digests.add(await sha256Of(file.path, signal));
  const held = new Set(files.map(({ sha256 }) => sha256));
  if (held.size !== digests.size || ![...held].every((sha256) => digests.has(sha256))) throw inTheWay(path);
  return {
    ...recordOf(planned, basePaths),
    input,
    bytesIn: files.reduce((sum, { bytes }) => sum + bytes, 0),
    bytesOut,
    sha256: files.length === 1 ? (files[0]?.sha256 ?? '') : '',
    seconds: 0,
    files: files.map(plain),
    bases: bases.map(plain),
  };
}

function inTheWay(path: string): UsageError {
  const words = `"${path}" is there already and holds something else. Move it away, or choose another folder.`;
  return new UsageError(words, { path });
}

/** What the journal keeps of a model that was archived just now. */
export function finishedNow({ planned, model, basePaths }: Sought, report: CompressReport): DoneRecord {
  const { bytesIn, bytesOut, sha256, seconds, files, bases = [], notices } = report;
  return {
    ...recordOf(planned, basePaths),
    ...{ input: inputKey(model.files), bytesIn, bytesOut, sha256, seconds: seconds.total },
    ...{ files: files.map(plain), bases: bases.map(plain) },
    ...(notices.length > 0 && { notices: [...notices] }),
  };
}

function recordOf({ id, archive = '', preset }: PlannedModel, basePaths: readonly string[]) {
  return { type: 'done' as const, id, archive, preset, basePaths: [...basePaths] };
}

function plain({ name, bytes, sha256 }: { readonly name: string; readonly bytes: number; readonly sha256: string }) {
  return { name, bytes, sha256 };
}
