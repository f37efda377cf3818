import type { Example } from '../figures.ts';
import { distance } from 'fastest-levenshtein';
import { argmax, numbersOf, rowsOf } from '../compare/rows.ts';
import type { Decoder } from '../decode/decode.ts';
import type { Target } from '../inputs/targets.ts';
import type { Values } from '../inputs/tensor.ts';
import type { Part } from './runs.ts';

const examplesKept = 24;

/** Keeps the items that changed most, and counts all whose answer is another. */
export class Examples {
  readonly #decoder: Decoder | undefined;
  readonly #tellsClass: boolean;
  #kept: Example[] = [];
  changed = 0;

  /** `tellsClass` where outputs of one row mean a class. */
  constructor(decoder: Decoder | undefined, tellsClass: boolean) {
    this.#decoder = decoder;
    this.#tellsClass = tellsClass;
  }

  /** Compares the answers to one item; false where answers of this kind are no words. */
  async add({ item, place, target }: Part, original: Values, candidate: Values): Promise<boolean> {
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
  async addScore({ item, place }: Part, before: number, after: number, better: 'higher' | 'lower'): Promise<void> {
    const size = Math.abs(after - before);
    if (!(size > 0)) return;
    this.changed++;
    const isBetter = better === 'higher' ? after > before : after < before;
    await this.#keep({
      example: {
        ...{ name: item.name, place, original: before.toPrecision(5), candidate: after.toPrecision(5), size },
        change: isBetter ? 'better' : 'worse',
      },
      preview: item.preview,
    });
  }

  list(): readonly Example[] {
    return this.#kept;
  }

  async #keep({
    example,
    preview,
  }: {
    readonly example: Example;
    readonly preview: Part['item']['preview'];
  }): Promise<void> {
    const last = this.#kept.at(-1);
    if (this.#kept.length >= examplesKept && last !== undefined && last.size >= example.size) return;
    const shown = await preview?.();
    this.#kept.push(shown === undefined ? example : { ...example, preview: shown });
    this.#kept = this.#kept.sort((one, other) => other.size - one.size).slice(0, examplesKept);
  }

  #wordsOf(output: Values): string | undefined {
    if (this.#decoder !== undefined) return this.#decoder.words(output);
    const { rows, length } = rowsOf(output);
    return this.#tellsClass && rows === 1 ? String(argmax(numbersOf(output), 0, length)) : undefined;
  }

  #targetWords(target: Target | undefined): string | undefined {
    if (target === undefined) return undefined;
    if ('text' in target) return target.text;
    const [label] = target.numbers;
    return target.numbers.length === 1 && label !== undefined
      ? (this.#decoder?.nameOf(label) ?? String(label))
      : undefined;
  }
}
