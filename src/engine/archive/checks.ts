import type { TensorRange } from '../tensor/tensor.ts';
import type { IndexText } from './index-text.ts';
import { innerParts, type InnerPart } from './inner-base.ts';
import type { Reference } from './reference.ts';

/** Throws where what an index says of itself does not hold. */
type Check = (condition: boolean, message: string) => void;

/** The parts of the base that the archive makes of itself, if it does. */
export function checkedInnerParts<Tensor extends TensorRange>(
  { inner, files, bases }: IndexText,
  tensors: readonly Tensor[],
  check: Check,
): readonly InnerPart<Tensor>[] {
  if (inner === undefined) return [];
  check(bases !== undefined, 'a base of its own without references');
  let parts: readonly InnerPart<Tensor>[] = [];
  try {
    parts = innerParts(inner, tensors);
  } catch (error) {
    check(false, error instanceof Error ? error.message : String(error));
  }
  const bytes = innerBytesOf(parts);
  check(bytes <= files.reduce((sum, file) => sum + file.bytes, 0), `a base of its own of ${bytes} bytes`);
  return parts;
}

function innerBytesOf(parts: readonly InnerPart<TensorRange>[]): number {
  return parts.reduce((sum, { tensor }) => sum + tensor.byteLength, 0);
}

/** The references of streams, each within its base. */
export function checkedReferences(
  { inner, bases, references, streams }: IndexText,
  parts: readonly InnerPart<TensorRange>[],
  check: Check,
): ReadonlyMap<number, Reference> {
  check((bases === undefined) === (references === undefined), 'bases without references');
  const found = new Map<number, Reference>();
  const innerBytes = inner ? innerBytesOf(parts) : -1;
  if (references === undefined || bases === undefined) return found;
  check(
    [references.bases, references.offsets].every(({ length }) => length === references.streams.length),
    'uneven columns of references',
  );
  references.streams.forEach((stream, row) => {
    const [base = -1, offset = 0] = [references.bases[row], references.offsets[row]];
    const length = streams.lengths[stream];
    check(
      length !== undefined &&
        !found.has(stream) &&
        offset + length <= (base === bases.length ? innerBytes : (bases[base]?.bytes ?? -1)),
      `the reference of stream ${stream} is outside its base`,
    );
    found.set(stream, { base, offset });
  });
  return found;
}

/** Checks what is told of approximated tensors. */
export function checkApproximation({ approximation, files, tensors }: IndexText, check: Check): void {
  if (approximation === undefined) return;
  const { sources, methods, ...columns } = approximation;
  check(sources.length === files.length, 'another number of sources than of files');
  const many = columns.tensors.length;
  check(
    Object.values(columns).every((column) => column.length === many),
    'uneven columns of approximated tensors',
  );
  check(
    columns.tensors.every((tensor) => tensor < tensors.names.length) &&
      columns.methodNumbers.every((method) => method < methods.length),
    'an approximated tensor that is not there',
  );
}
