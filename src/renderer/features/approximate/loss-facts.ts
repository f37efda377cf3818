import type { TensorLoss } from '../../../contract/approximations.ts';
import { numberText, percentText } from '../../text/amounts.ts';

/** What was lost of a tensor, as names and values. */
export function lossFacts({
  relativeL2,
  mostError,
  sqnr,
  cosine,
  zeros,
}: TensorLoss): readonly (readonly [string, string])[] {
  return [
    ['Relative error', percentText(relativeL2)],
    ['Largest change', numberText(mostError)],
    ['Signal to noise', sqnr === undefined ? 'nothing lost' : `${sqnr.toFixed(1)} dB`],
    ['Cosine', cosine.toFixed(6)],
    ['Zeros', percentText(zeros)],
  ];
}
