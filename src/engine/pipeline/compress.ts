import { dirname } from 'node:path';
import { Archive } from '../archive/archive.ts';
import {
  archiveVersion,
  encodeEnd,
  encodeHeader,
  hasOneChecksum,
  headerBytes,
  isArchiveHead,
} from '../archive/frame.ts';
import { IndexBuilder } from '../archive/index-builder.ts';
import { encodeIndex, type IndexText } from '../archive/index-text.ts';
import { isWorthLeavingOut, leftOut, mayLeaveOut } from '../archive/left-out.ts';
import { Journal, journalKey, readLeftover, type JournaledBlock } from '../archive/journal.ts';
import { UsageError } from '../errors.ts';
import { descriptorSource, readFully, writeFully } from '../io/descriptor.ts';
import { OutputFile } from '../io/output-file.ts';
import { Crew } from '../workers/crew.ts';
import type { PreparedFiles } from './approximate/index.ts';
import { archivePath } from './approximate/name.ts';
import type { Recipe } from './approximate/recipe.ts';
import { AssemblyLine } from './job/assembly-line.ts';
import { openBaseModels, refuseCircle, refuseInputAsBase, type BaseModelFile } from './bases/base-models.ts';
import { refuseBase } from './bases/bases.ts';
import { heldBy } from './bases/match-tensors.ts';
import { declareFile } from './cut/declare-file.ts';
import { emptyDigest } from './job/digests.ts';
import { findDuplicates } from './cut/duplicates.ts';
import { figuresOf } from './encode/compress-report.ts';
import { EncodePass } from './encode/encode-pass.ts';
import type { CompressReport, JobEvent } from './job/events.ts';
import { assertUnchanged, openInputs, type Inputs } from '../models/inputs.ts';
import { isToBeKept, runJob, StaleWorkError, type Reporter } from './job/job.ts';
import { layOut } from './encode/lay-out.ts';
import { asOneStream } from './encode/one-stream.ts';
import { findLikenesses, looksInside, stacksOf, type Likeness } from './inner-base/find.ts';
import { restoreArchive } from './restore.ts';
import type { CompressRequest, EngineContext, PreparedTensor } from './job/requests.ts';
import {
  blockBytes,
  engineVersion,
  machineFacts,
  peakRssBytes,
  planResources,
  workFor,
  type Resources,
} from './job/resources.ts';
import { Stopwatch } from './job/stopwatch.ts';
import { TensorLedger } from './encode/tensor-ledger.ts';

/** Files that are open at once, at least. */
const leastOpen = 64;

/**
 * Compresses a model into one archive, exactly unless a recipe says what to approximate. Every block is written, read back from the file, decoded and compared with
 * the original bytes before the archive gets its name; sha256 of every file and tensor are taken from the same original
 * bytes. The output is the same on any number of threads. Throws the classes of `errors.ts`; whatever it throws, nothing is
 * left under the final name and the original was only read.
 */
export function compress(
  request: CompressRequest,
  context: EngineContext,
): AsyncGenerator<JobEvent<CompressReport>, void, undefined> {
  return runJob(context.signal, async (reporter, signal) => {
    try {
      return await run(request, context, reporter, signal, true);
    } catch (error) {
      if (!(error instanceof StaleWorkError)) throw error;
      reporter.emit({ type: 'notice', message: `${error.message} It was thrown away, and the work began again.` });
      return run(request, context, reporter, signal, false);
    }
  });
}

async function run(
  request: CompressRequest,
  context: EngineContext,
  reporter: Reporter<CompressReport>,
  signal: AbortSignal,
  mayResume: boolean,
): Promise<CompressReport> {
  const watch = new Stopwatch();
  const { headerBytes: mostHeaderBytes, threads, slots } = planResources(request);
  // Batches are read in file order, so whatever is read at once is of the newest files, one for each slot at most.
  const mostOpen = Math.max(leastOpen, threads * slots + 8);
  await using inputs = await openInputs(request.input, mostHeaderBytes, mostOpen);
  const tensors = inputs.files.flatMap(({ layout }) => layout?.tensors ?? []);
  const resources = planResources(request, workFor(inputs.bytes, tensors));
  const approximation = request.approximate && (await loadApproximation());
  const recipe = approximation?.parseRecipe(request.approximate);
  const hasBases = (request.bases ?? []).length > 0;
  const words = (recipe && approximation?.baseNotices(recipe, hasBases)) ?? [];
  const notices = [...inputs.notices, ...words.map((message) => ({ message }))];
  const path = request.output ?? archivePath(inputs.model.path, request.approximate);
  await using bases = await openBaseModels(request.bases ?? [], {
    folder: dirname(path),
    headerBytes: resources.headerBytes,
    signal,
    restore: restoreArchive(request, context, signal),
  });
  refuseInputAsBase(inputs.files, bases.files);
  const key = journalKey({
    engine: engineVersion,
    archive: archiveVersion,
    blockBytes,
    preset: request.preset ?? 'balanced',
    files: inputs.files.map(({ name, source }) => [name, source.identity]),
    bases: bases.files.map(({ source }) => [source.name, source.identity]),
    isExact: recipe === undefined,
  });
  // Approximated blocks cannot be compared with the original, so such work begins again.
  const left = mayResume && !recipe ? await readLeftover(path, key) : undefined;
  const read = [...inputs.files.map(({ source }) => source.identity), ...bases.identities];
  await refuseBase(path, bases.ancestors, signal);
  await using output = await OutputFile.create(path, {
    overwrite: request.overwrite ?? false,
    inputs: read,
    unfinished: { suffix: '.partial', isOurs: isArchiveHead },
    resumeBytes: left?.blocks.reduce((sum, { storedLength }) => sum + storedLength, headerBytes),
  });
  const resumed = output.resumedBytes > 0 ? left : undefined;
  await using journal = await Journal.start(path, { key, resumed, inputs: read });
  output.onFlush(() => journal.checkpoint());
  reporter.emit({ type: 'started', command: 'compress', name: inputs.model.name, bytesTotal: inputs.bytes });
  for (const notice of notices) reporter.emit({ type: 'notice', ...notice });

  await using prepared = request.prepared && (await openInputs(request.prepared.path, mostHeaderBytes));
  const sought = {
    ...request,
    recipe,
    prepared: prepared && preparedFiles(inputs, prepared, request.prepared.tensors),
  };
  if (resumed)
    reporter.emit({ type: 'notice', message: `${resumed.blocks.length} blocks of an earlier run are gone on with.` });

  // Of what is approximated against bases that were given none is restored ahead.
  const isSought = looksInside(request.preset) && (recipe === undefined || bases.files.length === 0);
  const isHeld = heldBy(bases.files, inputs.files);
  const likenesses = isSought ? await findLikenesses(inputs.files, { isHeld, signal }) : [];
  const encode = async () => {
    const { index, blocksEnd, ledger } = await encodeAll(
      inputs,
      { bases: bases.files, likenesses },
      output,
      sought,
      resources,
      {
        ...{ context, reporter, signal, watch, journal },
        resumed: resumed?.blocks ?? [],
      },
    );
    refuseCircle(index, bases);
    const archive = await writeEnd(output, index, blocksEnd);
    await assertUnchanged([...inputs.files, ...bases.files]);
    signal.throwIfAborted();
    return { archive, blocksEnd, ledger };
  };
  const { archive, blocksEnd, ledger } = await encode().catch((error: unknown) => {
    if (recipe || !journal.hasBlocks || !isToBeKept(error, context)) throw error;
    output.keep();
    journal.keep();
    throw error;
  });
  reporter.progress('flush', 0, inputs.bytes, archive.size);
  await output.commit();
  watch.end('flush');

  return {
    command: 'compress',
    input: request.input,
    output: path,
    preset: request.preset ?? 'balanced',
    bytesIn: inputs.bytes,
    ...figuresOf(archive, blocksEnd, ledger.reports),
    seconds: watch.seconds(),
    peakRssBytes: peakRssBytes(),
    threads: resources.threads,
    memoryBytes: resources.memoryBytes,
    machine: machineFacts(),
    notices: notices.map(({ message }) => message),
  };
}

/** The files that hold other numbers; they must be laid out as the model's own are. */
function preparedFiles(inputs: Inputs, prepared: Inputs, tensors: readonly PreparedTensor[]): PreparedFiles {
  const fits = inputs.files.every(({ source }, file) => prepared.files[file]?.source.size === source.size);
  if (!fits || inputs.files.length !== prepared.files.length)
    throw new UsageError(`"${prepared.model.path}" is not laid out as "${inputs.model.path}" is.`);
  return { files: prepared.files, tensors };
}

/** Exact work starts sooner without it. */
const loadApproximation = () => import('./approximate/index.ts');

interface Surroundings {
  readonly context: EngineContext;
  readonly reporter: Reporter<CompressReport>;
  readonly signal: AbortSignal;
  readonly watch: Stopwatch;
  readonly journal: Journal;
  readonly resumed: readonly JournaledBlock[];
}

async function encodeAll(
  inputs: Inputs,
  { bases, likenesses }: { readonly bases: readonly BaseModelFile[]; readonly likenesses: readonly Likeness[] },
  output: OutputFile,
  request: Omit<CompressRequest, 'approximate' | 'prepared'> & {
    readonly recipe: Recipe | undefined;
    readonly prepared: PreparedFiles | undefined;
  },
  resources: Resources,
  { context, reporter, signal, watch, journal, resumed }: Surroundings,
): Promise<{ readonly index: IndexText; readonly blocksEnd: number; readonly ledger: TensorLedger }> {
  const equals = await findDuplicates(inputs.files, signal, (done, total) => reporter.progress('scan', done, total, 0));
  watch.end('scan');
  await using crew = await Crew.start(context.spawnWorker, resources, ['files', 'tensors']);
  const preset = request.preset ?? 'balanced';
  const plan =
    request.recipe &&
    (await (
      await loadApproximation()
    ).planApproximations(inputs.files, equals, request.recipe, {
      crew,
      signal,
      slotBytes: resources.slotBytes,
      preset,
      prepared: request.prepared,
      bases,
      stacks: stacksOf(inputs.files, likenesses),
      read: (bytes) => reporter.progress('measure', bytes, inputs.bytes, 0),
    }));
  if (plan) watch.end('measure');
  const builder = new IndexBuilder(inputs.model.name);
  await using owner = new AsyncDisposableStack();
  const originals = plan?.originals ?? equals;
  const laidOut = await layOut(
    { files: inputs.files, originals, approximations: plan?.approximations, likenesses, bases },
    builder,
    { crew, preset, folder: dirname(output.path), owner, signal },
  );
  const { references } = laidOut;
  const whole = plan || references.size > 0 ? undefined : await asOneStream(inputs, laidOut.blueprint, crew, preset);
  const blueprint = whole?.blueprint ?? laidOut.blueprint;
  const ledger = new TensorLedger(inputs.files, whole ? [] : originals, plan?.choices);
  const fileDigests = inputs.files.map(() => emptyDigest);

  const line = new AssemblyLine(crew, signal, context.pause);
  const done = { coded: 0, proved: 0 };
  const pass = new EncodePass({
    crew,
    batchBytes: resources.batchBytes,
    line,
    output,
    builder,
    ledger,
    preset,
    ...{ references, journal, resumed },
    listener: {
      coded: (bytes) => reporter.progress('compress', (done.coded += bytes), inputs.bytes, builder.end),
      proved: (bytes) => reporter.progress('prove', (done.proved += bytes), inputs.bytes, builder.end),
      fileDigest: (file, sha256) => (fileDigests[file] = sha256),
      tensorDigest: (key, sha256) => reporter.emit({ type: 'tensor', tensor: ledger.finish(key, sha256) }),
    },
  });
  writeFully(output.descriptor, encodeHeader(), 0);
  await line.fill(async () => {
    for (const [file, input] of inputs.files.entries()) {
      const runs = blueprint[file] ?? [];
      declareFile(builder, input, runs);
      using watched = new DisposableStack();
      watched.use(watchForChange(input, (error) => line.fail(error)));
      await pass.addFile(file, input, runs);
    }
  });
  watch.end('compress');
  const approximation = plan && ledger.approximationText(plan.sources);
  return { index: builder.finish(fileDigests, ledger.digests, approximation), blocksEnd: builder.end, ledger };
}

const millisecondsBetweenLooks = 1000;

/**
 * Tells when a file that is read is no longer what it was when it was opened. All files are looked at once more when everything
 * is written; by then hours may have gone into one that changed in the first minute.
 */
function watchForChange(file: Inputs['files'][number], changed: (error: unknown) => void): Disposable {
  let isRead = false;
  const timer = setInterval(
    () => void assertUnchanged([file]).catch((error: unknown) => (isRead ? undefined : changed(error))),
    millisecondsBetweenLooks,
  );
  return {
    [Symbol.dispose]() {
      isRead = true;
      clearInterval(timer);
    },
  };
}

/**
 * Writes the index and what is behind it, and reads them back from the file as a reader would: without what a short file tells of itself,
 * where it really does.
 */
async function writeEnd(output: OutputFile, index: IndexText, indexOffset: number): Promise<Archive> {
  const { descriptor } = output;
  const blocksBytes = indexOffset - headerBytes;
  const blocks = new Uint8Array(hasOneChecksum(blocksBytes) ? blocksBytes : 0);
  readFully(descriptor, blocks, headerBytes);
  const write = async (bytes: Uint8Array): Promise<Archive> => {
    writeFully(descriptor, bytes, indexOffset);
    const end = encodeEnd(bytes, blocks);
    writeFully(descriptor, end, indexOffset + bytes.length);
    const size = indexOffset + bytes.length + end.length;
    return Archive.open(descriptorSource(descriptor, size, output.path), { indexBytes: Infinity });
  };
  const full = encodeIndex(index);
  if (mayLeaveOut(index)) {
    const short = encodeIndex(leftOut(index));
    if (isWorthLeavingOut(index, full.length - short.length, blocksBytes + full.length)) {
      const archive = await write(short);
      if (archive.says(index)) return archive;
    }
  }
  return write(full);
}
