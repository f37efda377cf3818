import { z } from 'zod';
import { DamagedArchiveError, UnsupportedInputError } from '../../errors.ts';
import code from '../../kernels/generated/records.wasm.ts';
import { instantiate } from '../../kernels/load.ts';
import type { Workspace } from '../../kernels/workspace.ts';
import { isRecordType, recordBytes, recordFields, records as layouts, type RecordType } from '../../tensor/record.ts';
import { type Codec, defineCodec, type Stream, type StreamShape } from '../codec.ts';
import { streamWidth } from '../stream-width.ts';
import { readHeader, writeHeader } from './header.ts';
import type { RecordsKernel } from './kernel.ts';

export interface RecordsOptions {
  readonly type: RecordType;
  readonly skip: number;
}

const types = Object.keys(layouts) as [RecordType, ...RecordType[]];

/** The codec over a given loop: the compiled one, or the reference in tests. */
export function createRecords(kernelOf: (workspace: Workspace) => RecordsKernel): Codec<RecordsOptions> {
  return defineCodec({
    id: 'records',
    title: 'Records',
    summary: 'Separates the scales of packed weights from the weights.',
    wireId: 9,
    since: 1,
    options: z.strictObject({
      type: z.enum(types).default('Q8_0').meta({ title: 'Type', description: 'How weights and scales are packed.' }),
      skip: z
        .int()
        .min(0)
        .max(1023)
        .default(0)
        .meta({ title: 'Skip', description: 'Bytes before the first whole record; fewer than a record has.' }),
    }),

    accepts,
    propose: ({ sample, dtype, depth }) =>
      dtype !== undefined && isRecordType(dtype) && depth === 0 && sample.width === 1 ? [{ type: dtype, skip: 0 }] : [],
    outputDTypes: ({ type }) => recordFields(type).map(({ dtype }) => dtype),
    optionsAt({ type, skip }, start) {
      const stride = recordBytes(type);
      return { type, skip: (((skip - start) % stride) + stride) % stride };
    },
    decodeCost: () => 0.1,

    encode(input, options, workspace) {
      const { bytes } = input;
      const { type, skip } = options;
      if (!accepts(input, options))
        throw new UnsupportedInputError(
          `${type} records are read from streams of width 1 and ${skip} bytes can be before them; this one has ` +
            `${bytes.length} bytes of width ${input.width}.`,
          { width: input.width, ...options },
        );
      const fields = recordFields(type).map(({ bytes, dtype }) => ({ bytes, width: streamWidth(dtype) }));
      const stride = recordBytes(type);
      const count = Math.floor((bytes.length - skip) / stride);
      const kernel = kernelOf(workspace);
      let from = workspace.place(bytes).byteOffset + skip;
      const streams = fields.map(({ bytes: length, width }): Stream => {
        const plane = workspace.allocate(count * length);
        kernel.copy(from, stride, plane.byteOffset, length, length, count);
        from += length;
        return { bytes: plane, width };
      });
      const header = writeHeader({
        fields,
        head: bytes.subarray(0, skip),
        tail: bytes.subarray(skip + count * stride),
      });
      return { header, streams };
    },

    streamShapes(header, output) {
      const { fields, count } = readHeader(header, output);
      return fields.map(({ bytes, width }): StreamShape => ({ length: bytes * count, width }));
    },

    decode({ header, streams }, output, workspace, target = workspace.allocate(output.length)) {
      const { fields, stride, count, head, tail } = readHeader(header, output);
      if (
        streams.length !== fields.length ||
        streams.some(({ bytes }, place) => bytes.length !== (fields[place]?.bytes ?? 0) * count)
      )
        throw new DamagedArchiveError(
          `Streams of ${streams.map(({ bytes }) => bytes.length).join(', ')} bytes do not make ${count} records of ` +
            `${fields.map(({ bytes }) => bytes).join(' + ')}.`,
        );
      const kernel = kernelOf(workspace);
      target.set(head);
      let to = target.byteOffset + head.length;
      for (const { bytes } of streams) {
        const length = count === 0 ? 0 : bytes.length / count;
        kernel.copy(workspace.place(bytes).byteOffset, length, to, stride, length, count);
        to += length;
      }
      target.set(tail, output.length - tail.length);
      return target;
    },
  });
}

function accepts({ bytes, width }: Stream, { type, skip }: RecordsOptions): boolean {
  return width === 1 && skip < recordBytes(type) && skip <= bytes.length;
}

export const records = createRecords(({ memory }) => instantiate(code, memory) as unknown as RecordsKernel);
