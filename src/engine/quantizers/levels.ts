import type { QuantizerId } from './catalog.ts';

/** A method with options under a plain name, for people who do not want to choose between methods. */
export interface Level {
  readonly id: string;
  readonly title: string;
  /** What to expect of it, with what was measured. */
  readonly says: string;
  readonly method: QuantizerId;
  readonly options: Readonly<Record<string, unknown>>;
}

/** From hardly changed to much smaller. A recipe takes their ids where it takes a method. Figures: docs/figures.md. */
export const levels: readonly Level[] = [
  {
    id: 'near',
    title: 'Nearly the same',
    says: 'Whole numbers of 8 bits, coded: 4.4 to 5.1 times smaller than F32. Of a language model, a text recognizer and a speech detector no figure got worse by more than luck.',
    method: 'int',
    options: {},
  },
  {
    id: 'compact',
    title: 'Compact',
    says: 'An even grid, coded: 7 to 8 times smaller than F32. A language model lost 0.2 % of perplexity, a detector 0.2 points; a small text recognizer read 77 of 100 lines as before. Measure it.',
    method: 'grid',
    options: {},
  },
];

const byId = new Map(levels.map((level) => [level.id, level]));

/** The level of that id, if there is one. */
export function levelById(id: string): Level | undefined {
  return byId.get(id);
}
