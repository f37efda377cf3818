import { z } from 'zod';
import { DamagedArchiveError, UnsupportedInputError } from '../../errors.ts';
import code from '../../kernels/generated/text.wasm.ts';
import { instantiate } from '../../kernels/load.ts';
import type { Workspace } from '../../kernels/workspace.ts';
import { type Codec, defineCodec, type Stream } from '../codec.ts';
import { hasFarRepeats } from '../zstd/kernel.ts';
import type { TextKernel } from './kernel.ts';
import { bucketBits, leastBits, modelBytes, tables } from './model.ts';
import { primer as usualPrimer } from './primer.ts';

/** Kernels count bytes in 32 bits. */
const longestInput = 2 ** 28;
/** Shorter streams, such as what stands between two tensors, have not enough for the model to learn. */
const shortestWorthwhile = 128;
/** Up to here it takes a tenth of a second, whatever is in the stream. */
const quickBytes = 64 * 1024;

/** The codec over a given set of loops, the compiled ones or the reference in tests, that has read `primer` before any text. */
export function createText(
  kernelOf: (workspace: Workspace) => TextKernel,
  primer = usualPrimer,
): Codec<Record<string, never>> {
  /** Of each set of loops, the smallest model as the primer leaves it: most streams are short, and reading it would take most of their time. */
  const primed = new WeakMap<TextKernel, Uint8Array>();

  /** Runs `work` with a model that has read the primer, which lies before `length` bytes of room. */
  function withModel<Result>(
    length: number,
    workspace: Workspace,
    work: (kernel: TextKernel, model: number, bits: number, history: Uint8Array) => Result,
  ): Result {
    const kernel = kernelOf(workspace);
    const bits = bucketBits(length);
    const history = workspace.allocate(primer.length + length);
    history.set(primer);
    const model = workspace.allocate(modelBytes(length));
    const known = bits === leastBits ? primed.get(kernel) : undefined;
    if (known) model.set(known);
    else {
      model.set(tables);
      kernel.begin(model.byteOffset, bits);
      kernel.read(history.byteOffset, 0, primer.length, model.byteOffset, bits);
      if (bits === leastBits) primed.set(kernel, model.slice());
    }
    return work(kernel, model.byteOffset, bits, history);
  }

  return defineCodec({
    id: 'text',
    title: 'Text model',
    summary:
      'Predicts each bit from the words and bytes before it; smallest for configurations, vocabularies and graphs.',
    wireId: 14,
    since: 1,
    options: z.strictObject({}),
    headerGrows: true,
    isFinal: true,

    accepts,
    propose({ sample, dtype, depth, preset, streamLength }) {
      const isRaw = dtype === undefined && depth === 0 && accepts(sample) && sample.bytes.length >= shortestWorthwhile;
      const isWorthIt = preset === 'smallest' || streamLength <= quickBytes || hasFarRepeats(sample.bytes, 1);
      return isRaw && preset !== 'quick' && isWorthIt ? [{}] : [];
    },
    decodeCost: () => 900,

    encode(input, _options, workspace) {
      if (!accepts(input))
        throw new UnsupportedInputError(
          `text codes single bytes, up to ${longestInput}; this stream has ${input.bytes.length} of width ${input.width}.`,
          { width: input.width, length: input.bytes.length },
        );
      const { length } = input.bytes;
      const coded = workspace.allocate(length);
      const mark = workspace.mark();
      const codedLength = withModel(length, workspace, (kernel, model, bits, history) => {
        history.set(input.bytes, primer.length);
        const end = primer.length + length;
        return kernel.encode(history.byteOffset, primer.length, end, model, bits, coded.byteOffset, length);
      });
      workspace.release(mark);
      if (codedLength === 0 || codedLength > length)
        return { header: new Uint8Array(), streams: [{ bytes: input.bytes, width: 1 }] };
      return { header: coded.subarray(0, codedLength), streams: [] };
    },

    streamShapes(header, { length, width }) {
      if (width !== 1 || length > longestInput || header.length > length)
        throw new DamagedArchiveError(`text: ${header.length} coded bytes for ${length} of width ${width}.`);
      return header.length === 0 ? [{ length, width: 1 }] : [];
    },

    decode({ header, streams }, output, workspace, target = workspace.allocate(output.length)) {
      const stored = streams[0]?.bytes;
      if (header.length === 0) {
        if (stored?.length !== target.length) throw new DamagedArchiveError('text lost its stream.');
        target.set(stored);
        return target;
      }
      const mark = workspace.mark();
      const source = workspace.place(header);
      const status = withModel(target.length, workspace, (kernel, model, bits, history) => {
        const end = primer.length + target.length;
        const { byteOffset } = history;
        const ended = kernel.decode(source.byteOffset, source.length, model, bits, byteOffset, primer.length, end);
        target.set(history.subarray(primer.length));
        return ended;
      });
      workspace.release(mark);
      if (status !== 0) throw new DamagedArchiveError('text: the coded bytes do not end where the last symbol does.');
      return target;
    },
  });
}

function accepts({ bytes, width }: Stream): boolean {
  return width === 1 && bytes.length <= longestInput;
}

/** The compiled loops. */
export function textLoops({ memory }: Workspace): TextKernel {
  return instantiate(code, memory) as unknown as TextKernel;
}

export const text = createText(textLoops);
