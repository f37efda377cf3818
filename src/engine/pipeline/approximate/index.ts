import type { Preset } from '../../codecs/codec.ts';
import type { TensorApproximation } from '../../quantizers/approximate.ts';
import type { Told } from '../../quantizers/quantizer.ts';
import { piecesOf, type TensorStatistics } from '../../quantizers/statistics.ts';
import { floatWidth } from '../../tensor/floats.ts';
import type { TensorRange } from '../../tensor/tensor.ts';
import type { Crew } from '../../workers/crew.ts';
import { AssemblyLine } from '../job/assembly-line.ts';
import type { BaseModelFile } from '../bases/base-models.ts';
import type { Place } from '../cut/cut.ts';
import { emptyDigest } from '../job/digests.ts';
import type { InputFile } from '../../models/inputs.ts';
import type { PreparedAs, PreparedTensor } from '../job/requests.ts';
import { matchTensors } from '../bases/match-tensors.ts';
import { blockBytes } from '../job/resources.ts';
import { chooseFor, keptAfterAll, type Decision } from './choose.ts';
import { inputMeansOf } from './input-means.ts';
import { measureFile, type Measured } from './measure.ts';
import type { MethodStep, Recipe } from './recipe.ts';
import { settle } from './settle.ts';
import { Roles } from '../../models/roles.ts';

export { baseNotices } from './base-use.ts';
export { parseRecipe } from './recipe.ts';

/** What becomes of each tensor, by file and offset. */
export interface ApproximatePlan {
  readonly approximations: readonly ReadonlyMap<number, TensorApproximation>[];
  /** The method with all options of an approximated tensor, or why a tensor is kept. */
  readonly choices: readonly ReadonlyMap<number, MethodStep | string>[];
  /** Of each original file. */
  readonly sources: readonly string[];
  /** Equal tensors that are treated equally. */
  readonly originals: readonly ReadonlyMap<number, Place>[];
}

interface Surroundings {
  readonly crew: Crew;
  readonly signal: AbortSignal;
  readonly slotBytes: number;
  readonly preset: Preset;
  readonly prepared?: PreparedFiles | undefined;
  /** Models that methods may store differences to. */
  readonly bases: readonly BaseModelFile[];
  /** Tensors whose slices are to have pieces of their own, by file and offset. */
  readonly stacks: readonly ReadonlySet<number>[];
  /** Hears of the bytes read so far. */
  read(bytes: number): void;
}

/** Prepared tensors with the files that hold their numbers. */
export interface PreparedFiles {
  readonly files: readonly InputFile[];
  readonly tensors: readonly PreparedTensor[];
}

/** Bytes of rows on which the codecs of a tensor's parts are chosen. */
const planBytes = 256 * 1024;

/**
 * Decides what becomes of every tensor of a model: reads all of it once, takes the sha256 of its files, and lets the methods
 * choose their parameters from what the numbers are like. Memory does not grow with the tensors.
 */
export async function planApproximations(
  files: readonly InputFile[],
  originals: readonly ReadonlyMap<number, Place>[],
  given: Recipe,
  { crew, signal, slotBytes, preset, prepared, bases, stacks, read }: Surroundings,
): Promise<ApproximatePlan> {
  const roles = await Roles.read(files, signal);
  const recipe = await settle(given, files, roles, signal);
  const asPrepared = files.map(
    (_, file) =>
      new Map(
        prepared?.tensors.filter((tensor) => tensor.file === file).map((tensor) => [tensor.offset, tensor] as const),
      ),
  );
  const descents = matchTensors(files, bases);
  const decisions = files.map(({ layout }, file) => {
    const tensors = layout?.tensors.filter(({ byteLength }) => byteLength > 0) ?? [];
    return new Map(
      tensors.map((tensor) => {
        const rules = preparedRules(asPrepared[file]?.get(tensor.offset));
        const decision = chooseFor(tensor, roles.of(file, tensor), rules ?? recipe, descents[file]?.has(tensor.offset));
        // What was prepared was rounded in the pieces of the whole.
        const isStack = rules === undefined && stacks[file]?.has(tensor.offset) === true;
        return [tensor.offset, { tensor, decision: isStack ? divided(decision, tensor) : decision }];
      }),
    );
  });
  const measured = decisions.map((ofFile, file) =>
    [...ofFile.values()].flatMap(({ tensor, decision }): Measured[] => {
      if (decision.kind !== 'candidate') return [];
      const place = descents[file]?.get(tensor.offset);
      const source = place && bases[place.base]?.source;
      return [{ tensor, candidate: decision, base: source && { descriptor: source.descriptor, offset: place.offset } }];
    }),
  );

  const inputMeans = await inputMeansOf(files, measured, signal);
  const sources = files.map(() => emptyDigest);
  const statistics: ReadonlyMap<number, TensorStatistics>[] = [];
  const line = new AssemblyLine(crew, signal);
  let done = 0;
  await line.fill(async () => {
    for (const [file, input] of files.entries())
      statistics.push(
        await measureFile(file, input, measured[file] ?? [], {
          crew,
          line,
          slotBytes,
          read: (bytes) => read((done += bytes)),
          fileDigest: (sha256) => (sources[file] = sha256),
        }),
      );
  });

  const approximations = files.map(() => new Map<number, TensorApproximation>());
  const choices = decisions.map(
    (ofFile) => new Map<number, MethodStep | string>([...ofFile].map(([at, { decision }]) => [at, wordsOf(decision)])),
  );
  for (const [file, input] of files.entries()) {
    await Promise.all(
      (measured[file] ?? []).map(async (one) => {
        const { offset } = one.tensor;
        const found = statistics[file]?.get(offset);
        if (!found) return;
        const reason = keptAfterAll(one.tensor, one.candidate, found, recipe);
        if (reason) choices[file]?.set(offset, reason.reason);
        else {
          const known = asPrepared[file]?.get(offset);
          const told = known && 'told' in known ? known.told : undefined;
          const other = told && prepared?.files[file]?.source;
          await other?.wake();
          const placed = other && { descriptor: other.descriptor, offset };
          const { descriptor } = input.source;
          approximations[file]?.set(
            offset,
            await parametersOf(one, {
              statistics: { ...found, inputMeans: inputMeans[file]?.get(offset) },
              descriptor,
              prepared: placed,
              told,
              preset,
              crew,
            }),
          );
        }
      }),
    );
    signal.throwIfAborted();
  }
  return { approximations, choices, sources, originals: equallyTreated(originals, approximations) };
}

/** A prepared tensor is stored by its method, steps or codebooks, whatever the recipe says; the largest step is told as the option. */
function preparedRules(prepared: PreparedAs | undefined): Recipe | undefined {
  if (prepared === undefined) return undefined;
  if ('by' in prepared) return { rules: [{ match: '*', ...prepared.by }], automatic: false };
  const { told } = prepared;
  if ('books' in told)
    return {
      rules: [{ match: '*', method: 'codebook', options: { size: Math.max(2, told.size), scale: 'tensor' } }],
      automatic: false,
    };
  const step = told.steps.reduce((most, one) => Math.max(most, one), 0);
  const scale = told.along === 'tensor' ? 'tensor' : 'channel';
  if (told.direction) return { rules: [{ match: '*', method: 'trellis', options: { scale } }], automatic: false };
  return { rules: [{ match: '*', method: 'grid', options: { scale, step } }], automatic: false };
}

/** The same with pieces of each slice alone. */
function divided(decision: Decision, { shape: [slices = 1] }: TensorRange): Decision {
  if (decision.kind === 'kept') return decision;
  const stacked = decision.geometry.rows / slices;
  return Number.isInteger(stacked) ? { ...decision, geometry: { ...decision.geometry, stacked } } : decision;
}

function wordsOf(decision: Decision): MethodStep | string {
  return decision.kind === 'kept' ? decision.reason : decision.step;
}

function parametersOf(
  { tensor, candidate }: Measured,
  {
    statistics,
    descriptor,
    prepared,
    told,
    preset,
    crew,
  }: {
    readonly statistics: TensorStatistics;
    readonly descriptor: number;
    readonly prepared: TensorApproximation['prepared'];
    readonly told: Told | undefined;
    readonly preset: Preset;
    readonly crew: Crew;
  },
): Promise<TensorApproximation> {
  const { step, geometry, dtype } = candidate;
  const width = floatWidth(dtype);
  const pieces = piecesOf(geometry, blockBytes / width);
  const isOnePiece = pieces.next().value !== undefined && pieces.next().done === true;
  const columns = Math.min(geometry.columns, planBytes / width);
  const rows = Math.min(geometry.rows, Math.max(1, Math.floor(planBytes / width / geometry.columns)));
  const firstRow = Math.floor((geometry.rows - rows) / 2);
  return crew.parameters({
    quantizer: step.method,
    options: step.options,
    geometry,
    dtype,
    statistics,
    preset,
    prepared,
    told,
    ...(!isOnePiece && {
      rows: {
        descriptor: prepared?.descriptor ?? descriptor,
        offset: tensor.offset + firstRow * geometry.columns * width,
        length: rows * columns * width,
        firstRow,
      },
    }),
  });
}

/** Equal bytes stay one in the archive only where the same becomes of them: those that are treated alike, of the first of these. */
function equallyTreated(
  originals: readonly ReadonlyMap<number, Place>[],
  approximations: readonly ReadonlyMap<number, TensorApproximation>[],
): readonly ReadonlyMap<number, Place>[] {
  const treatment = (file: number, offset: number): string =>
    JSON.stringify(approximations[file]?.get(offset) ?? 'kept');
  const firsts = new Map<string, Place>();
  return originals.map((ofFile, file) => {
    const found = new Map<number, Place>();
    for (const [offset, original] of [...ofFile].sort(([one], [other]) => one - other)) {
      const own = treatment(file, offset);
      const key = `${original.file} ${original.offset} ${own}`;
      const first = own === treatment(original.file, original.offset) ? original : firsts.get(key);
      if (first) found.set(offset, first);
      else firsts.set(key, { file, offset });
    }
    return found;
  });
}
