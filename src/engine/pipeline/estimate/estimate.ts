import { endBytes, headerBytes } from '../../archive/frame.ts';
import type { Preset } from '../../codecs/codec.ts';
import { CancelledError, toFeatherweightError } from '../../errors.ts';
import { Crew } from '../../workers/crew.ts';
import { drawBlueprint, type PlacedRun } from '../cut/blueprint.ts';
import { findLikelyDuplicates } from '../cut/duplicates.ts';
import { asOneStream } from '../encode/one-stream.ts';
import { frameBytes } from './estimate-frame.ts';
import { divideStacks } from '../inner-base/divide.ts';
import { looksInside } from '../inner-base/find.ts';
import { ForeseenBase } from '../inner-base/foresee.ts';
import { openInputs, type InputFile } from '../../models/inputs.ts';
import type { EngineContext, ResourceRequest } from '../job/requests.ts';
import { blockBytes, expectedMemory, planResources, workFor } from '../job/resources.ts';
import { SampleCoder } from './sample-coder.ts';
import { spread, stratify, type SampleUnit, type Stratum } from './strata.ts';
import { texturesOf } from './texture.ts';
import { extrapolate, type CodedUnit } from './extrapolate.ts';

export interface EstimateRequest extends ResourceRequest {
  /** A model, not an archive. */
  readonly input: string;
  /** Default: all of them. */
  readonly presets?: readonly Preset[] | undefined;
  /** How long the sample may grow, after its first round; default 2.5. */
  readonly seconds?: number | undefined;
  /** Told how many bytes were coded so far, of how many in the model. */
  readonly progress?: ((sampledBytes: number, bytesTotal: number) => void) | undefined;
}

export interface PresetEstimate {
  readonly preset: Preset;
  readonly bytesOut: number;
  /** Between these nineteen times of twenty. */
  readonly low: number;
  readonly high: number;
  /** Wall seconds of the whole work on this computer, roughly. */
  readonly seconds: number;
}

/** What compressing a model would come to. */
export interface Estimate {
  readonly bytes: number;
  /** Bytes of the model that were coded; each of them once for every preset. */
  readonly sampledBytes: number;
  readonly presets: readonly PresetEstimate[];
  /** Tensors that were sampled, by the first preset. */
  readonly tensors: readonly { readonly file: string; readonly name: string; readonly bitsPerWeight: number }[];
  /** The most memory that compressing will take, in bytes. */
  readonly memoryBytes: number;
}

/** The sample grows until this much time has passed, the range is narrow, or everything was coded. */
const usualPatience = 2.5;
const firstUnits = 24;
const narrow = 0.0015;
/** Up to this many bytes everything is coded, and only the index is guessed. */
const wholeBytes = 12 * 2 ** 20;
/** What stands for a texture where a run nearly equals another. */
const ofOthers = -1;
/** How far the index may be from what it is taken for. */
const frameShare = 0.35;
/** How far digests and checksums that are not known yet may move a size. */
const digestMargin = 64;
/** No archive is smaller: its header and end, and the sha256 of a file. */
const leastBytes = headerBytes + 32 + endBytes(0);
/** Measured: proving takes almost as long again as coding; reading, hashing and writing take a thread so long for each byte. */
const proofFactor = 1.9;
const handlingSeconds = 2.8e-9;

/**
 * Estimates what `compress` would write, by coding blocks from all over the model with each preset exactly as it would.
 * Takes some seconds at most, whatever the size. The same model may give slightly different figures each time.
 */
export async function estimate(request: EstimateRequest, context: EngineContext): Promise<Estimate> {
  const signal = context.signal ?? new AbortController().signal;
  try {
    return await run(request, context, signal);
  } catch (error) {
    throw signal.aborted ? new CancelledError() : toFeatherweightError(error, 'estimating');
  }
}

async function run(request: EstimateRequest, context: EngineContext, signal: AbortSignal): Promise<Estimate> {
  await using inputs = await openInputs(request.input, planResources(request).headerBytes);
  const tensors = inputs.files.flatMap(({ layout }) => layout?.tensors ?? []);
  const resources = planResources(request, workFor(inputs.bytes, tensors));
  const originals = await findLikelyDuplicates(inputs.files, signal);
  await using owner = new AsyncDisposableStack();
  const presets = request.presets ?? (['balanced', 'quick', 'smallest'] as const);
  const base = presets.some(looksInside) ? await ForeseenBase.open(inputs.files, owner, signal) : undefined;
  const divided = divideStacks(inputs.files, originals, base?.inner);
  const blueprint = drawBlueprint(divided.files, divided.originals, blockBytes);
  const textures = new Map(await texturesOf(inputs.files, blueprint.flat(), signal));
  for (const run of blueprint.flat()) if (base?.placeOf(run) !== undefined) textures.set(run, ofOthers);
  const strata = stratify(blueprint, blockBytes, textures);
  const stored = strata.reduce((sum, { bytes }) => sum + bytes, 0);
  const plans = blueprint.flat().filter(({ isReference, length }) => !isReference && length > blockBytes).length;

  await using crew = await Crew.start(context.spawnWorker, resources, []);
  const stop = (): void => void crew.stop(new CancelledError());
  signal.addEventListener('abort', stop, { once: true });
  try {
    signal.throwIfAborted();
    const coder = new SampleCoder(crew, inputs.files, resources.threads, base);
    const coded = await sampleAll(strata, stored, presets, coder, {
      patience: request.seconds ?? usualPatience,
      progress: (bytes) => request.progress?.(bytes, inputs.bytes),
    });
    const [first] = coded;
    const framed = (inner: ForeseenBase | undefined): number =>
      frameBytes(inputs, blueprint, originals, first?.units ?? new Map(), inner);
    const frames = { inside: framed(base), plain: base ? framed(undefined) : undefined };
    const sizeOf = (preset: Preset, units: CodedSample['units']): Size => {
      const { bytesOut, deviation } = extrapolate(strata, units, first?.units ?? units);
      const frame = looksInside(preset) ? frames.inside : (frames.plain ?? frames.inside);
      const sampled = units.size < countUnits(strata) ? 0.001 * stored : 0;
      return sizeWithin(bytesOut + frame, 2 * deviation + frameShare * frame + sampled);
    };
    const wholes = new Map<Preset, Size>();
    for (const preset of presets) {
      const whole = base && looksInside(preset) ? undefined : await asOneStream(inputs, blueprint, crew, preset);
      if (whole) wholes.set(preset, sizeWithin(whole.bytes, 0));
    }
    return {
      bytes: inputs.bytes,
      sampledBytes: Math.max(0, ...coded.map(({ units }) => sum(units.values()))),
      presets: coded.map(({ preset, units, secondsPerByte, secondsPerPlan }) => ({
        preset,
        ...(wholes.get(preset) ?? sizeOf(preset, units)),
        seconds: secondsPerPlan * plans + (secondsPerByte * proofFactor + handlingSeconds / resources.threads) * stored,
      })),
      tensors: first ? [...bitsOfTensors(first.units, inputs.files)] : [],
      memoryBytes: expectedMemory(resources, tensors.length),
    };
  } finally {
    signal.removeEventListener('abort', stop);
  }
}

type Size = Pick<PresetEstimate, 'bytesOut' | 'low' | 'high'>;

function sizeWithin(bytesOut: number, margin: number): Size {
  const most = margin + digestMargin;
  return {
    bytesOut: Math.round(bytesOut),
    low: Math.max(leastBytes, Math.floor(bytesOut - most)),
    high: Math.ceil(bytesOut + most),
  };
}

interface CodedSample {
  readonly preset: Preset;
  readonly units: Map<SampleUnit, CodedUnit>;
  /** Wall seconds in the newest round. */
  secondsPerByte: number;
  secondsPerPlan: number;
}

/** Codes rounds of units, each twice as large as the one before, with all presets in turn. */
async function sampleAll(
  strata: readonly Stratum[],
  stored: number,
  presets: readonly Preset[],
  coder: SampleCoder,
  { patience, progress }: { readonly patience: number; readonly progress: (bytes: number) => void },
): Promise<readonly CodedSample[]> {
  const samples = presets.map((preset): CodedSample => ({
    preset,
    units: new Map(),
    secondsPerByte: 0,
    secondsPerPlan: 0,
  }));
  const sources = strata.map((stratum) => ({ stratum, rest: spread(stratum) }));
  const start = performance.now();
  for (let round = firstUnits, isFirst = true; ; round *= 2, isFirst = false) {
    const units = stored <= wholeBytes ? strata.flatMap((stratum) => stratum.units) : take(sources, round, stored);
    if (units.length === 0) return samples;
    for (const sample of samples) {
      // Every preset sees at least the first round; later ones are given up when time is.
      const deadline = isFirst ? performance.now() + Math.max(usualPatience, patience) * 1000 : start + patience * 1000;
      const { coded, codingSeconds, secondsPerPlan } = await coder.code(units, sample.preset, deadline);
      for (const unit of coded) sample.units.set(unit.unit, unit);
      sample.secondsPerByte = codingSeconds / Math.max(1, sum(coded));
      sample.secondsPerPlan = secondsPerPlan;
      progress(sum(sample.units.values()));
    }
    const elapsed = (performance.now() - start) / 1000;
    if (stored <= wholeBytes || elapsed * 2 > patience) return samples;
    const [first] = samples;
    const { bytesOut, deviation } = extrapolate(strata, first?.units ?? new Map(), first?.units ?? new Map());
    if (!isFirst && 2 * deviation < narrow * bytesOut) return samples;
  }
}

/** Units for one round: at least one of each stratum, the rest by its share of the bytes. */
function take(
  sources: readonly { readonly stratum: Stratum; readonly rest: Generator<SampleUnit> }[],
  count: number,
  stored: number,
): readonly SampleUnit[] {
  return sources.flatMap(({ stratum, rest }) => {
    const units: SampleUnit[] = [];
    const wanted = Math.max(1, Math.round((count * stratum.bytes) / stored));
    // Not for…of, which would end the generator.
    for (let next = rest.next(); !next.done; next = rest.next()) {
      units.push(next.value);
      if (units.length === wanted) break;
    }
    return units;
  });
}

/** Bits for each weight of the tensors of which a block was coded; tensors that share a block are left out. */
function* bitsOfTensors(
  units: ReadonlyMap<SampleUnit, CodedUnit>,
  files: readonly InputFile[],
): Generator<Estimate['tensors'][number]> {
  const byRun = new Map<PlacedRun, { bytes: number; bytesOut: number }>();
  for (const { unit, bytesOut } of units.values()) {
    const known = byRun.get(unit.run) ?? { bytes: 0, bytesOut: 0 };
    byRun.set(unit.run, { bytes: known.bytes + unit.length, bytesOut: known.bytesOut + bytesOut });
  }
  const places = files.map(({ layout }) => new Map((layout?.tensors ?? []).map((tensor) => [tensor.offset, tensor])));
  for (const [run, { bytes, bytesOut }] of byRun) {
    const tensor = places[run.file]?.get(run.offset);
    if (tensor?.byteLength !== run.length) continue;
    const weights = tensor.shape.reduce((product, extent) => product * extent, 1);
    if (weights === 0) continue;
    const bitsPerWeight = ((bytesOut / bytes) * tensor.byteLength * 8) / weights;
    yield { file: files[run.file]?.name ?? '', name: tensor.name, bitsPerWeight };
  }
}

function sum(units: Iterable<CodedUnit>): number {
  let bytes = 0;
  for (const { unit } of units) bytes += unit.length;
  return bytes;
}

function countUnits(strata: readonly Stratum[]): number {
  return strata.reduce((count, { units }) => count + units.length, 0);
}
