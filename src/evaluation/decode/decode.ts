import { argmax, numbersOf, rowsOf } from '../compare/rows.ts';
import { readLines } from '../inputs/targets.ts';
import type { Values } from '../inputs/tensor.ts';
import { taskPath } from '../task/path.ts';
import type { DecodeSpec } from '../task/schema.ts';

/** Turns an output into text or the name of a class. */
export interface Decoder {
  readonly to: 'text' | 'class';
  words(output: Values): string;
  /** What the class with this number is called. */
  nameOf(place: number): string;
}

/** Opens what a decoder needs, such as its alphabet. */
export async function openDecoder(spec: DecodeSpec | undefined, folder: string): Promise<Decoder | undefined> {
  switch (spec?.to) {
    case undefined:
      return undefined;
    case 'class': {
      const names = spec.names === undefined ? undefined : await readLines(taskPath(folder, spec.names));
      const nameOf = (place: number): string => names?.[place] ?? String(place);
      return {
        to: 'class',
        words: (output) => nameOf(argmax(numbersOf(output), 0, rowsOf(output).length)),
        nameOf,
      };
    }
    case 'text': {
      const { file, blank, more } = spec.alphabet;
      const listed = [...(await readLines(taskPath(folder, file))), ...more];
      const alphabet = blank === 'first' ? ['', ...listed] : [...listed, ''];
      const blankPlace = blank === 'first' ? 0 : listed.length;
      return { to: 'text', words: (output) => greedyText(output, alphabet, blankPlace), nameOf: String };
    }
  }
}

/** Greedy connectionist temporal classification: the best of each row, repeats taken once, blanks left out. */
export function greedyText(output: Values, alphabet: readonly string[], blank: number): string {
  const numbers = numbersOf(output);
  const { rows, length } = rowsOf(output);
  let text = '';
  let previous = blank;
  for (let row = 0; row < rows; row++) {
    const place = argmax(numbers, row * length, length);
    if (place !== blank && place !== previous) text += alphabet[place] ?? '';
    previous = place;
  }
  return text;
}
