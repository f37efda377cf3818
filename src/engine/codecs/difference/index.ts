import { z } from 'zod';
import { DamagedArchiveError, UnsupportedInputError } from '../../errors.ts';
import code from '../../kernels/generated/difference.wasm.ts';
import { instantiate } from '../../kernels/load.ts';
import type { Workspace } from '../../kernels/workspace.ts';
import { type Codec, defineCodec, type Encoded, type Stream, type StreamShape } from '../codec.ts';
import { classTable, differenceShapes, mostClasses, readHeader, writeHeader, type DifferenceHeader } from './header.ts';
import type { DifferenceKernel } from './kernel.ts';
import { kindNames, kindOf, numberKinds, type KindName } from './numbers.ts';

export interface DifferenceOptions {
  readonly kind: KindName;
}

/** The codec over a given set of loops: the compiled ones, or the reference in tests. */
export function createDifference(kernelOf: (workspace: Workspace) => DifferenceKernel): Codec<DifferenceOptions> {
  return defineCodec({
    id: 'difference',
    title: 'Difference to a base',
    summary: "Keeps how far each number is from the base model's, sorted by the size of the base's number.",
    wireId: 32,
    since: 2,
    options: z.strictObject({
      kind: z.enum(kindNames).meta({ title: 'Numbers', description: 'How the elements are subtracted.' }),
    }),
    needsReference: true,
    finalOutput: { id: 'rans' },

    accepts,
    propose({ sample, dtype, depth }) {
      const kind = depth === 0 ? kindOf(dtype, sample.width) : undefined;
      return kind !== undefined && accepts(sample, { kind }) ? [{ kind }] : [];
    },
    decodeCost: () => 1,

    encode(input, options, workspace) {
      const { reference } = input;
      if (!accepts(input, options) || reference === undefined)
        throw new UnsupportedInputError(
          `difference takes whole elements and as many bytes of a base; these are ${input.bytes.length} of width ${input.width}, and ${reference?.length ?? 0}.`,
          { width: input.width },
        );
      // Nothing of it is kept: equal blocks are the header alone.
      if (Buffer.compare(input.bytes, reference) === 0) return { header: new Uint8Array(), streams: [] };
      return encodeDifference(kernelOf(workspace), input.bytes, reference, options.kind, workspace);
    },

    streamShapes(header, output) {
      requireReference(output);
      return header.length === 0 ? [] : differenceShapes(readHeader(header, output));
    },

    decode({ header, streams }, output, workspace, target = workspace.allocate(output.length)) {
      const reference = requireReference(output);
      const shapes = this.streamShapes(header, output);
      if (
        streams.length !== shapes.length ||
        streams.some(({ bytes }, place) => bytes.length !== shapes[place]?.length)
      )
        throw new DamagedArchiveError('The streams of a difference do not have the lengths that its header says.');
      if (header.length > 0)
        decodeDifference(kernelOf(workspace), readHeader(header, output), streams, reference, workspace, target);
      else target.set(reference);
      return target;
    },
  });
}

function accepts({ bytes, width, reference }: Stream, { kind }: DifferenceOptions): boolean {
  return reference?.length === bytes.length && bytes.length % width === 0 && numberKinds[kind].width === width;
}

function requireReference({ length, reference }: StreamShape): Uint8Array {
  if (reference?.length !== length)
    throw new DamagedArchiveError(
      `A difference of ${length} bytes has ${reference?.length ?? 0} bytes of a base to differ from.`,
    );
  return reference;
}

function encodeDifference(
  kernel: DifferenceKernel,
  bytes: Uint8Array,
  base: Uint8Array,
  kind: KindName,
  workspace: Workspace,
): Encoded {
  const { width, shift, mask, isOrdered } = numberKinds[kind];
  const count = bytes.length / width;
  const [source, reference] = [workspace.place(bytes), workspace.place(base)];
  const contexts = countContexts(kernel, reference, kind, workspace);
  const first = firstContext(contexts);
  const counts = countClasses(contexts, first);
  const symbols = counts.map((length) => workspace.allocate(length));
  const bits = workspace.allocate(bytes.length);
  const mark = workspace.mark();
  const { classes, pointers } = tables(first, symbols, workspace);
  const lowBits = kernel.split(
    source.byteOffset,
    reference.byteOffset,
    count,
    width,
    shift,
    mask,
    isOrdered ? 1 : 0,
    classes,
    pointers,
    bits.byteOffset,
  );
  workspace.release(mark);
  const streams = [...symbols, bits.subarray(0, Math.ceil(lowBits / 8))];
  return {
    header: writeHeader({ kind, first, counts, lowBits }),
    streams: streams.map((stream) => ({ bytes: stream, width: 1 })),
  };
}

function decodeDifference(
  kernel: DifferenceKernel,
  { kind, first, counts, lowBits }: DifferenceHeader,
  streams: readonly Stream[],
  base: Uint8Array,
  workspace: Workspace,
  target: Uint8Array,
): void {
  const { width, shift, mask, isOrdered } = numberKinds[kind];
  const mark = workspace.mark();
  const reference = workspace.place(base);
  // The loop takes a symbol for each element of a class without a look, so the counts must be those of this base.
  const found = countClasses(countContexts(kernel, reference, kind, workspace), first, counts.length);
  if (found.some((length, place) => length !== counts[place]))
    throw new DamagedArchiveError('A difference was made to another base: its classes have other sizes.');
  const placed = streams.map(({ bytes }) => workspace.place(bytes));
  const bits = placed.pop() ?? new Uint8Array();
  const { classes, pointers } = tables(first, placed, workspace);
  const used = kernel.join(
    target.byteOffset,
    reference.byteOffset,
    target.length / width,
    width,
    shift,
    mask,
    isOrdered ? 1 : 0,
    classes,
    pointers,
    bits.byteOffset,
    lowBits,
  );
  workspace.release(mark);
  if (used !== lowBits)
    throw new DamagedArchiveError(`The symbols of a difference ask for ${used} low bits; ${lowBits} are there.`);
}

function countContexts(
  kernel: DifferenceKernel,
  reference: Uint8Array,
  kind: KindName,
  workspace: Workspace,
): Uint32Array {
  const { width, shift, mask } = numberKinds[kind];
  const mark = workspace.mark();
  const table = workspace.allocate(1024);
  kernel.survey(reference.byteOffset, reference.length / width, width, shift, mask, table.byteOffset);
  const counts = new Uint32Array(table.buffer, table.byteOffset, 256).slice();
  workspace.release(mark);
  return counts;
}

/** The first context of the window that holds the most elements, of equal ones the lowest. */
function firstContext(contexts: Uint32Array): number {
  const inside = mostClasses - 2;
  let [best, most, sum] = [0, -1, 0];
  for (let end = 0; end < 256; end++) {
    sum += (contexts[end] ?? 0) - (contexts[end - inside] ?? 0);
    if (sum <= most) continue;
    most = sum;
    best = Math.max(0, end - inside + 1);
  }
  return best;
}

function countClasses(contexts: Uint32Array, first: number, classes = mostClasses): number[] {
  const counts = new Array<number>(classes).fill(0);
  const table = classTable(first, classes);
  contexts.forEach((count, context) => {
    const place = table[context] ?? 0;
    counts[place] = (counts[place] ?? 0) + count;
  });
  return counts;
}

function tables(first: number, symbols: readonly Uint8Array[], workspace: Workspace) {
  const classes = workspace.allocate(256);
  classes.set(classTable(first, symbols.length));
  const pointers = workspace.allocate(64);
  new Uint32Array(pointers.buffer, pointers.byteOffset, 16).set(symbols.map(({ byteOffset }) => byteOffset));
  return { classes: classes.byteOffset, pointers: pointers.byteOffset };
}

export const difference = createDifference(({ memory }) => instantiate(code, memory) as unknown as DifferenceKernel);
