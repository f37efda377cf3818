import { readdir, readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { MalformedFileError, UsageError } from '../../engine/errors.ts';
import { taskPath } from '../task/path.ts';
import type { InputSpec } from '../task/schema.ts';
import { readIndex, wholeField } from './index-file.ts';
import { openNumbers } from './numbers.ts';
import type { ItemSource, SourceItem } from './source.ts';
import { elementsOf } from './tensor.ts';

type AudioSpec = Extract<InputSpec, { from: 'audio' }>;

/** One clip is held in memory: an hour of 48 kHz. */
const mostSamples = 48_000 * 3600;
const mostClipBytes = 4 * mostSamples;

/** Clips of sound as frames that overlap with what came before: .wav files, or raw samples with an index. */
export function openAudio(spec: AudioSpec, folder: string, unit: string): Promise<ItemSource> {
  if ((spec.folder === undefined) === (spec.data === undefined))
    throw new UsageError('Audio of a task comes either from a "folder" of .wav files or from "data" with an "index".');
  return spec.folder === undefined ? openRaw(spec, folder, unit) : openWaves(spec, taskPath(folder, spec.folder));
}

async function openRaw(spec: AudioSpec, folder: string, unit: string): Promise<ItemSource> {
  const { data, index, frame, hop = frame } = spec;
  if (data === undefined || index === undefined)
    throw new UsageError('Raw audio of a task needs an "index" of its clips.');
  const clips = await readIndex(taskPath(folder, index.file), index.items);
  const numbers = await openNumbers(taskPath(folder, data.file), data);
  return {
    count: clips.length,
    async item(place) {
      const entry = clips[place] ?? {};
      const frames = wholeField(entry, spec.frames, 1);
      const samples = checkSamples((frames - 1) * hop + frame, `clip ${place + 1}`);
      const raw = await numbers.read(wholeField(entry, spec.offset, 0), samples);
      const clip = raw.map((value) => value / spec.divide);
      return { ...clipItem(`${unit.replace(/s$/, '')} ${place + 1}`, clip, spec), entry };
    },
    [Symbol.asyncDispose]: () => numbers[Symbol.asyncDispose](),
  };
}

async function openWaves(spec: AudioSpec, folder: string): Promise<ItemSource> {
  const names = (await readdir(folder, { recursive: true })).filter((name) => /\.wav$/i.test(name)).sort();
  if (names.length === 0) throw new UsageError(`There are no .wav files in "${folder}".`, { path: folder });
  return {
    count: names.length,
    async item(place) {
      const name = names[place] ?? '';
      return clipItem(name, await readWave(join(folder, name), spec.rate), spec);
    },
    [Symbol.asyncDispose]: () => Promise.resolve(),
  };
}

/** All channels of a .wav file mixed to one, from −1 to 1, at `rate`. */
async function readWave(path: string, rate: number): Promise<Float64Array> {
  const { size } = await stat(path);
  if (size > mostClipBytes)
    throw new UsageError(`"${path}" has ${size} bytes; clips of at most ${mostClipBytes} are read.`, { path });
  const { WaveFile } = (await import('wavefile')).default;
  try {
    const wave = new WaveFile(await readFile(path));
    wave.toBitDepth('32f');
    const { sampleRate } = wave.fmt as { readonly sampleRate: number };
    if (sampleRate !== rate) wave.toSampleRate(rate);
    const read = wave.getSamples(false) as unknown as Float64Array | readonly Float64Array[];
    const channels = read instanceof Float64Array ? [read] : read;
    const [first = new Float64Array()] = channels;
    return first.map((_, at) => channels.reduce((sum, channel) => sum + (channel[at] ?? 0), 0) / channels.length);
  } catch (error) {
    throw new MalformedFileError(
      `"${path}" is no .wav file that can be read: ${error instanceof Error ? error.message : String(error)}.`,
      { file: path },
    );
  }
}

function clipItem(name: string, clip: Float64Array, spec: AudioSpec): SourceItem {
  const { frame, hop = frame, context, type } = spec;
  checkSamples(clip.length, name);
  return {
    name,
    frames: Math.max(0, Math.floor((clip.length - frame) / hop) + 1),
    frame(index) {
      const numbers = new Float64Array(context + frame);
      const start = index * hop - context;
      numbers.set(clip.subarray(Math.max(0, start), index * hop + frame), Math.max(0, -start));
      return { type, shape: [1, context + frame], data: elementsOf(type, numbers) };
    },
    preview: () => Promise.resolve({ kind: 'wave', peaks: peaksOf(clip) }),
  };
}

function checkSamples(count: number, name: string): number {
  if (count > mostSamples)
    throw new MalformedFileError(`"${name}" has ${count} samples; clips of at most ${mostSamples} are read.`);
  return count;
}

const peaksShown = 128;

function peaksOf(clip: Float64Array): number[] {
  const run = Math.max(1, Math.ceil(clip.length / peaksShown));
  return Array.from({ length: Math.ceil(clip.length / run) }, (_, peak) => {
    let most = 0;
    for (const value of clip.subarray(peak * run, (peak + 1) * run)) most = Math.max(most, Math.abs(value));
    return Math.round(most * 1000) / 1000;
  });
}
