import { createHash } from 'node:crypto';
import { stat } from 'node:fs/promises';
import { basename, dirname, extname, join, resolve, sep } from 'node:path';
import { FeatherweightError, UnsupportedInputError, UsageError } from '../errors.ts';
import { checkExport } from '../exports/check.ts';
import { exportTargets } from '../exports/catalog.ts';
import type { ExportedTensor, ExportTarget } from '../exports/export.ts';
import { Stage } from '../exports/stage.ts';
import { storedTensors, type StoredTensors } from '../exports/stored.ts';
import { streamed } from '../exports/streamed.ts';
import { formats } from '../formats/catalog.ts';
import type { BaseFile } from '../archive/reference.ts';
import { FileSource, type FileIdentity } from '../io/file-source.ts';
import { ownFolder } from '../io/own-folder.ts';
import { refuseBase } from './bases/bases.ts';
import type { ByteSource } from '../io/source.ts';
import { makeFolder } from '../io/make-folder.ts';
import { modelDigest } from './job/digests.ts';
import type { ExportReport, FileReport, JobEvent } from './job/events.ts';
import { assertUnchanged, openInputs, type Inputs } from '../models/inputs.ts';
import { runJob, type Reporter } from './job/job.ts';
import { openArchive } from '../archive/open-archive.ts';
import type { LoadTest } from '../exports/load-test.ts';
import type { ExportContext, ExportRequest } from './job/requests.ts';
import { engineVersion, machineFacts, peakRssBytes, planResources } from './job/resources.ts';
import { restore } from './restore.ts';
import { Stopwatch } from './job/stopwatch.ts';

/**
 * Writes a model, or what an archive holds, as files that another program runs. They get their names only after they were
 * read there, or by a reader of ours where that program is not at hand, which the report says. Whatever it throws, nothing
 * is left under a final name. Throws UNSUPPORTED where the model cannot become such a file.
 */
export function exportModel(
  request: ExportRequest,
  context: ExportContext,
): AsyncGenerator<JobEvent<ExportReport>, void, undefined> {
  return runJob(context.signal, (reporter, signal) => run(request, context, reporter, signal));
}

/** A target that a model cannot become, and why. */
export interface ExportRefusal {
  readonly target: string;
  readonly why: string;
}

/**
 * The targets that a model cannot become, by what is read at once: headers, graphs and small files beside it. None of an
 * archive, which would have to be restored for that. Throws what opening the model throws.
 */
export async function exportRefusals(path: string, signal: AbortSignal): Promise<readonly ExportRefusal[]> {
  if (path.toLowerCase().endsWith(archiveExtension)) return [];
  await using inputs = await openInputs(path, planResources({}).headerBytes);
  return await refusalsOf(inputs, signal);
}

async function refusalsOf(inputs: Inputs, signal: AbortSignal): Promise<readonly ExportRefusal[]> {
  const refusals: ExportRefusal[] = [];
  for (const target of exportTargets) {
    const why = await refusalBy(target, inputs, signal);
    if (why !== undefined) refusals.push({ target: target.id, why });
  }
  return refusals;
}

/** A graph that cannot be read is a reason too. */
async function refusalBy(target: ExportTarget, inputs: Inputs, signal: AbortSignal): Promise<string | undefined> {
  try {
    return await target.refuses(inputs, signal);
  } catch (error) {
    if (error instanceof FeatherweightError) return error.message.replace(/\.$/, '');
    throw error;
  }
}

async function run(
  request: ExportRequest,
  context: ExportContext,
  reporter: Reporter<ExportReport>,
  signal: AbortSignal,
): Promise<ExportReport> {
  const watch = new Stopwatch();
  const target = targetOf(request.target);
  const resources = planResources(request);
  await using original = await openOriginal(request, context, signal, reporter);
  const { inputs } = original;
  const reason = await target.refuses(inputs, signal);
  if (reason !== undefined) {
    const refused = new Set((await refusalsOf(inputs, signal)).map(({ target: id }) => id));
    const others = exportTargets.filter(({ id }) => !refused.has(id)).map(({ id }) => id);
    const possible = others.length > 0 ? ` It can be as ${others.join(', ')}.` : '';
    throw new UnsupportedInputError(
      `"${basename(original.path)}" cannot be exported as ${target.id}: ${reason}.${possible}`,
      { path: request.input, target: target.id },
    );
  }
  const { isFolder } = original;
  const output = await placeOf(request, target, original);
  await using stage = await Stage.create({
    output,
    isFolder,
    overwrite: request.overwrite ?? false,
    inputs: [...inputs.files.map(({ source }) => source.identity), ...original.archive],
    refuse: (path) => refuseBase(path, original.bases, signal),
  });
  reporter.emit({ type: 'started', command: 'export', name: basename(original.path), bytesTotal: inputs.bytes });
  const notices: string[] = [];
  const notice = (message: string): void => {
    notices.push(message);
    reporter.emit({ type: 'notice', message });
  };
  for (const { message } of inputs.notices) notice(message);
  if (original.stored)
    notice('The archive holds approximated weights: errors are told from those, not from the weights it was made of.');
  const files = await digestsOf(inputs, signal, (done) => reporter.progress('scan', done, inputs.bytes, 0));
  const sha256 = modelDigest(files);
  // Told now rather than after the writing, which may take many times as long.
  await assertUnchanged(inputs.files);
  watch.end('scan');
  let done = 0;
  const outcome = await target.write({
    inputs,
    stage,
    signal,
    provenance: {
      'featherweight.export': target.id,
      'featherweight.version': engineVersion,
      'featherweight.source.sha256': sha256,
    },
    ...{ stored: original.stored, narrow: context.narrow },
    progress: (bytes) => reporter.progress('export', Math.min((done += bytes), inputs.bytes), inputs.bytes, 0),
    notice,
  });
  await assertUnchanged(inputs.files);
  if (target.ticks.smallerOnDisk && outcome.tensors.every(isAsBefore))
    notice(`No tensor of it could be told as ${target.title}: the new file holds the same numbers, in as many bytes.`);
  watch.end('export');
  reporter.progress('check', 0, inputs.bytes, 0);
  const loadTest = await loaded(target, inputs, stage, outcome.main, context, signal);
  const outputs = await outputsOf(stage, outcome.main, signal);
  watch.end('check');
  signal.throwIfAborted();
  await stage.commit(outcome.main);
  const sides = new Set(outcome.carried);
  const sizeOf = (all: readonly FileReport[]): number =>
    all.filter(({ name }) => !sides.has(name)).reduce((sum, { bytes }) => sum + bytes, 0);
  return {
    command: 'export',
    target: target.id,
    input: request.input,
    output: isFolder ? output : join(dirname(output), outcome.main),
    bytesIn: inputs.bytes,
    bytesOut: outputs.reduce((sum, { bytes }) => sum + bytes, 0),
    sha256,
    ...(original.stored && { isOfApproximate: true as const }),
    files,
    outputs,
    tensors: outcome.tensors,
    weightsIn: sizeOf(files),
    weightsOut: sizeOf(outputs),
    ticks: target.ticks,
    load: target.load,
    carried: outcome.carried,
    loadTest,
    seconds: watch.seconds(),
    peakRssBytes: peakRssBytes(),
    threads: 1,
    memoryBytes: resources.memoryBytes,
    machine: machineFacts(),
    notices,
  };
}

function isAsBefore({ bytesIn, bytesOut, relativeError }: ExportedTensor): boolean {
  return bytesOut === bytesIn && relativeError === 0;
}

function targetOf(id: string): ExportTarget {
  const target = exportTargets.find((each) => each.id === id);
  if (target !== undefined) return target;
  const known = exportTargets.map((each) => each.id).join(', ');
  throw new UsageError(`There is no export "${id}"; there are: ${known}.`, { found: id, allowed: known });
}

interface Original extends AsyncDisposable {
  readonly inputs: Inputs;
  /** The model as a person would name it: an archive stands for the model in it. */
  readonly path: string;
  /** Whether the new files go into a folder of their own. */
  readonly isFolder: boolean;
  /** The archive that the model was restored from, if it was. */
  readonly archive: readonly FileIdentity[];
  /** What it made of its tensors, if it is approximate. */
  readonly stored: StoredTensors | undefined;
  /** What that archive cannot be restored without. */
  readonly bases: readonly BaseFile[];
}

const archiveExtension = '.fwz';

/** Opens the model; one in an archive is restored beside the output, where there must be room for the new file anyway. */
async function openOriginal(
  request: ExportRequest,
  context: ExportContext,
  signal: AbortSignal,
  reporter: Reporter<ExportReport>,
): Promise<Original> {
  const { headerBytes } = planResources(request);
  await using opened = new AsyncDisposableStack();
  const { input, threads, memoryBytes } = request;
  const isArchive = input.toLowerCase().endsWith(archiveExtension);
  let path = input;
  const archive: FileIdentity[] = [];
  let bases: readonly BaseFile[] = [];
  let stored: StoredTensors | undefined;
  if (isArchive) {
    await using archived = await openArchive(input, 2 * headerBytes);
    archive.push(archived.source.identity);
    stored = storedTensors(archived.archive);
    const beside = resolve(request.output ?? input);
    // A model of several files is called as its folder is; a name of dots would lead out of it.
    const name = basename(resolve(sep, basename(input).slice(0, -archiveExtension.length)));
    const folder = join(await ownFolder(dirname(beside), basename(beside), opened), name);
    await makeFolder(folder);
    const work = restore({ archive: input, output: folder, threads, memoryBytes }, { ...context, signal });
    for await (const event of work) {
      if (event.type === 'progress') reporter.progress('restore', event.bytesDone, event.bytesTotal, 0);
      if (event.type === 'finished') [path, bases] = [event.report.output, event.report.bases ?? []];
    }
  }
  const inputs = opened.use(await openInputs(path, headerBytes));
  const isFile = inputs.model.files.length === 1 || inputs.files.every(({ layout }) => layout?.format === 'onnx');
  const isNamedFile = !isArchive && (await stat(path)).isFile() && inputs.model.shardOf === undefined;
  const keep = opened.move();
  return {
    inputs,
    path: isArchive ? nameOf(resolve(input), isFile ? extname(path) : '') : inputs.model.path,
    isFolder: !isFile && !isNamedFile,
    ...{ archive, bases, stored },
    [Symbol.asyncDispose]: () => keep.disposeAsync(),
  };
}

/** What the model in an archive would be called beside it, with the extension of its one file. */
function nameOf(archive: string, extension: string): string {
  const stem = archive.slice(0, -archiveExtension.length);
  return extname(stem) === extension ? stem : stem + extension;
}

/** Where the new file, or the folder of several, is to be. */
async function placeOf(
  request: ExportRequest,
  target: ExportTarget,
  { inputs, path, isFolder }: Original,
): Promise<string> {
  const given = request.output === undefined ? undefined : resolve(request.output);
  if (isFolder) {
    const folder = /\.json$/i.test(path) ? dirname(path) : path;
    return given ?? join(dirname(folder), `${basename(folder)}-${target.id}`);
  }
  const [first] = inputs.files;
  const stem = basename(path, extname(path));
  const name = `${stem}.${target.id}${first === undefined ? '' : target.extension(first)}`;
  if (given === undefined) return join(dirname(path), name);
  const isInto = /[/\\]$/.test(request.output ?? '') || (await isDirectory(given));
  if (isInto) await makeFolder(given);
  else refuseEnding(given, target, extname(name));
  return isInto ? join(given, name) : given;
}

/** A file that ends as those of another format would be opened as one. */
function refuseEnding(path: string, { title }: ExportTarget, allowed: string): void {
  const found = extname(path).toLowerCase();
  const taken = formats.find(({ extensions }) => extensions.includes(found));
  if (found === allowed || taken === undefined) return;
  throw new UsageError(
    `"${basename(path)}" would be taken for ${taken.title}; a file of ${title} ends with ${allowed}.`,
    { path, found, allowed },
  );
}

async function isDirectory(path: string): Promise<boolean> {
  return stat(path).then(
    (status) => status.isDirectory(),
    () => false,
  );
}

/** The sha256 of every file of the original. */
async function digestsOf(
  { files }: Inputs,
  signal: AbortSignal,
  progress: (bytes: number) => void,
): Promise<readonly FileReport[]> {
  const reports: FileReport[] = [];
  let done = 0;
  for (const { name, source, layout } of files) {
    const sha256 = await digestOf(source, signal, (bytes) => progress((done += bytes)));
    reports.push({ name, format: layout?.format ?? 'bytes', bytes: source.size, sha256 });
  }
  return reports;
}

async function digestOf(
  source: ByteSource,
  signal: AbortSignal,
  progress: (bytes: number) => void = () => undefined,
): Promise<string> {
  const hash = createHash('sha256');
  for await (const chunk of streamed(source, signal)) {
    hash.update(chunk);
    progress(chunk.length);
  }
  return hash.digest('hex');
}

/** Has the new files read, by our own reader as well where there is one; throws where they are not sound. */
async function loaded(
  { check, title }: ExportTarget,
  inputs: Inputs,
  stage: Stage,
  main: string,
  { readExport }: ExportContext,
  signal: AbortSignal,
): Promise<LoadTest> {
  const own = check === 'onnx' ? undefined : await checkExport(check, stage);
  const { folder, names } = stage;
  const original = inputs.model.files[0]?.path ?? '';
  const test = await readExport?.({ kind: check, folder, names, main, original }, signal);
  if (test?.isLoaded === false)
    throw new FeatherweightError('UNSUPPORTED', `${title}: ${test.reader} does not open it. ${test.result}`, {
      facts: { reader: test.reader },
    });
  if (own !== undefined && test?.isLoaded === undefined) return own;
  return test ?? { reader: 'onnxruntime', isLoaded: undefined, result: 'there is no runtime at hand' };
}

async function outputsOf(stage: Stage, main: string, signal: AbortSignal): Promise<readonly FileReport[]> {
  const reports: FileReport[] = [];
  for (const name of [main, ...stage.names.filter((each) => each !== main)]) {
    await using source = await FileSource.open(join(stage.folder, name));
    reports.push({ name, format: '', bytes: source.size, sha256: await digestOf(source, signal) });
  }
  return reports;
}
