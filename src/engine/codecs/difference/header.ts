import { DamagedArchiveError } from '../../errors.ts';
import type { StreamShape } from '../codec.ts';
import { readVarint, varintLength, writeVarint } from '../varint.ts';
import { kindNames, numberKinds, type KindName } from './numbers.ts';

/** Symbol streams of a block; with the low bits they are as many as a step may have. */
export const mostClasses = 15;

/** What the decoder needs besides the streams and the reference. */
export interface DifferenceHeader {
  readonly kind: KindName;
  /** The context that class 1 stands for; lower ones are class 0, those from `first + classes − 2` on the last. */
  readonly first: number;
  /** Elements in each class. */
  readonly counts: readonly number[];
  readonly lowBits: number;
}

/** Kind, first context, number of classes, then the counts and the number of low bits. */
export function writeHeader({ kind, first, counts, lowBits }: DifferenceHeader): Uint8Array {
  const numbers = [...counts, lowBits];
  const header = new Uint8Array(numbers.reduce((sum, number) => sum + varintLength(number), 3));
  header.set([kindNames.indexOf(kind), first, counts.length]);
  numbers.reduce((at, number) => writeVarint(header, at, number), 3);
  return header;
}

/** The inverse of {@link writeHeader}; throws {@link DamagedArchiveError} for what it cannot have written for this output. */
export function readHeader(header: Uint8Array, output: StreamShape): DifferenceHeader {
  const kind = kindNames[header[0] ?? kindNames.length];
  const [first = 0, classes = 0] = header.subarray(1, 3);
  if (kind === undefined || numberKinds[kind].width !== output.width || classes < 1 || classes > mostClasses)
    throw new DamagedArchiveError(`A difference of kind ${header[0]} with ${classes} classes cannot be decoded.`);
  const numbers: number[] = [];
  let at = 3;
  for (let number = 0; number <= classes; number++) {
    const { value, end } = readVarint(header, at, header.length);
    numbers.push(value);
    at = end;
  }
  const lowBits = numbers.pop() ?? 0;
  const count = output.length / output.width;
  const total = numbers.reduce((sum, number) => sum + number, 0);
  if (at !== header.length || total !== count || lowBits > 29 * count)
    throw new DamagedArchiveError(`The header of a difference counts ${total} of ${count} elements.`, { total, count });
  return { kind, first, counts: numbers, lowBits };
}

/** A symbol stream for each class, then the low bits. */
export function differenceShapes({ counts, lowBits }: DifferenceHeader): StreamShape[] {
  return [...counts, Math.ceil(lowBits / 8)].map((length) => ({ length, width: 1 }));
}

/** The class of each of the 256 contexts. */
export function classTable(first: number, classes: number): Uint8Array {
  return Uint8Array.from({ length: 256 }, (_, context) => Math.min(classes - 1, Math.max(0, context - first + 1)));
}
