import type { Answers, Example } from '../figures.ts';
import { distance } from 'fastest-levenshtein';
import { argmax, numbersOf, rowsOf } from '../compare/rows.ts';
import type { Decoder } from '../decode/decode.ts';
import type { Target } from '../inputs/targets.ts';
import type { Values } from '../inputs/tensor.ts';
import { answersShown, curves } from './answers-shown.ts';
import type { Part } from './runs.ts';
import type { ItemScore } from './scoring.ts';

const examplesKept = 24;
/** Pictures are large, so that only of the first ones the answers are kept. */
const answersKept = 8;

interface ExamplesOptions {
  readonly decoder: Decoder | undefined;
  /** Outputs of one row mean a class. */
  readonly tellsClass: boolean;
  /** Outputs are pictures or sounds. */
  readonly tellsPicture: boolean;
}

/** What the models gave for one part of an item. */
interface Pair {
  readonly original: Values;
  readonly candidate: Values;
}

/** Keeps the items that changed most, and counts all whose answer is another. */
export class Examples {
  readonly #options: ExamplesOptions;
  #kept: Example[] = [];
  /** Of the frames of an item so far, where each gives one number. */
  #frames: { readonly original: number[]; readonly candidate: number[] } = { original: [], candidate: [] };
  changed = 0;

  constructor(options: ExamplesOptions) {
    this.#options = options;
  }

  /** Compares the answers to one item; false where answers of this kind are no words. */
  async add(part: Part, { original, candidate }: Pair): Promise<boolean> {
    const { item, place, target } = part;
    this.#hear(part, { original, candidate });
    const [before, after] = [this.#wordsOf(original), this.#wordsOf(candidate)];
    if (before === undefined || after === undefined) return false;
    if (before === after) return true;
    this.changed++;
    const right = this.#targetWords(target);
    const change = right === before ? 'worse' : right === after ? 'better' : 'other';
    const far = distance(before, after) / Math.max(before.length, after.length, 1);
    const size = far + (change === 'worse' ? 2 : change === 'better' ? 0 : 1);
    await this.#keep({
      example: {
        name: item.name,
        place,
        ...(right !== undefined && { target: right }),
        original: before,
        candidate: after,
        change,
        size,
      },
      preview: item.preview,
    });
    return true;
  }

  /** An item whose score changed, where answers are no words. */
  async addScore(
    { item, place }: Part,
    { before, after, better, title }: { readonly before: number; readonly after: number } & Omit<ItemScore, 'value'>,
    { original, candidate }: Pair,
  ): Promise<void> {
    const size = Math.abs(after - before);
    if (!(size > 0)) return;
    this.changed++;
    const isBetter = better === 'higher' ? after > before : after < before;
    await this.#keep({
      example: {
        ...{ name: item.name, place, original: before.toPrecision(5), candidate: after.toPrecision(5), size },
        scored: title,
        change: isBetter ? 'better' : 'worse',
      },
      preview: item.preview,
      answers: () =>
        this.#options.tellsPicture
          ? answersShown(original, candidate)
          : Promise.resolve(curves(this.#frames.original, this.#frames.candidate)),
    });
  }

  list(): readonly Example[] {
    return this.#kept;
  }

  #hear({ item, frame }: Part, { original, candidate }: Pair): void {
    if (frame === 0) this.#frames = { original: [], candidate: [] };
    if (item.frames === 1 || original.data.length !== 1 || candidate.data.length !== 1) return;
    this.#frames.original.push(numbersOf(original)[0] ?? NaN);
    this.#frames.candidate.push(numbersOf(candidate)[0] ?? NaN);
  }

  async #keep({
    example,
    preview,
    answers,
  }: {
    readonly example: Example;
    readonly preview: Part['item']['preview'];
    readonly answers?: () => Promise<Answers | undefined>;
  }): Promise<void> {
    const larger = this.#kept.filter(({ size }) => size >= example.size).length;
    if (larger >= examplesKept) return;
    const asked = await preview?.();
    const told = larger < answersKept ? await answers?.() : undefined;
    this.#kept.splice(larger, 0, { ...example, ...(asked && { preview: asked }), ...(told && { answers: told }) });
    this.#kept = this.#kept.slice(0, examplesKept).map((each, rank) => (rank < answersKept ? each : without(each)));
  }

  #wordsOf(output: Values): string | undefined {
    if (this.#options.decoder !== undefined) return this.#options.decoder.words(output);
    const { rows, length } = rowsOf(output);
    return this.#options.tellsClass && rows === 1 ? String(argmax(numbersOf(output), 0, length)) : undefined;
  }

  #targetWords(target: Target | undefined): string | undefined {
    if (target === undefined) return undefined;
    if ('text' in target) return target.text;
    const [label] = target.numbers;
    return target.numbers.length === 1 && label !== undefined
      ? (this.#options.decoder?.nameOf(label) ?? String(label))
      : undefined;
  }
}

function without({ answers: _, ...rest }: Example): Example {
  return rest;
}
