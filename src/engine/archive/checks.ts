import type { TensorRange } from '../tensor/tensor.ts';
import type { IndexText } from './index-text.ts';
import { innerParts } from './inner-base.ts';
import type { Reference } from './reference.ts';

/** Throws where what an index says of itself does not hold. */
type Check = (condition: boolean, message: string) => void;

/** The bytes of the base that the archive makes of itself, if it does. */
export function checkedInnerBytes(
  { inner, files, bases }: IndexText,
  tensors: readonly TensorRange[],
  check: Check,
): number {
  if (inner === undefined) return -1;
  check(bases !== undefined, 'a base of its own without references');
  let bytes = -1;
  try {
    bytes = innerParts(inner, tensors).reduce((sum, { tensor }) => sum + tensor.byteLength, 0);
  } catch (error) {
    check(false, error instanceof Error ? error.message : String(error));
  }
  check(bytes <= files.reduce((sum, file) => sum + file.bytes, 0), `a base of its own of ${bytes} bytes`);
  return bytes;
}

/** The references of streams, each within its base. */
export function checkedReferences(
  { bases, references, streams }: IndexText,
  innerBytes: number,
  check: Check,
): ReadonlyMap<number, Reference> {
  check((bases === undefined) === (references === undefined), 'bases without references');
  const found = new Map<number, Reference>();
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
