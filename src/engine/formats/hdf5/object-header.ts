import { limits } from '../../limits.ts';
import type { Hdf5File } from './file.ts';

/** A message of an object header: what it is about, and where its body is. */
export interface Message {
  readonly type: number;
  /** The body is kept elsewhere and only pointed to. */
  readonly shared: boolean;
  readonly start: number;
  readonly end: number;
}

export const messageTypes = {
  dataspace: 0x01,
  linkInfo: 0x02,
  datatype: 0x03,
  link: 0x06,
  layout: 0x08,
  filters: 0x0b,
  continuation: 0x10,
  symbolTable: 0x11,
} as const;

interface Block {
  readonly start: number;
  readonly end: number;
}

const mostBlocks = 10_000;

/** The messages of the object header at `at`, in either version, through all its continuations. Throws MalformedFileError. */
export async function readHeader(file: Hdf5File, at: number): Promise<readonly Message[]> {
  const { fields } = file;
  const first = (await fields.bytes(at, 4, 'an object header')).slice();
  if (String.fromCharCode(...first) === 'OHDR') return readNewHeader(file, at);
  if (first[0] !== 1) fields.fail(`there is no object header of version 1 or 2`, at);
  const bytes = await fields.unsigned(at + 8, 4, 'the length of an object header');
  return readBlocks(file, [{ start: at + 16, end: at + 16 + bytes }], { typeBytes: 2, headBytes: 8, frameBytes: 0 });
}

async function readNewHeader(file: Hdf5File, at: number): Promise<readonly Message[]> {
  const { fields } = file;
  const flags = await fields.unsigned(at + 5, 1, 'the flags of an object header');
  const times = (flags & 0x20) === 0 ? 0 : 16;
  const attributes = (flags & 0x10) === 0 ? 0 : 4;
  const sizeAt = at + 6 + times + attributes;
  const widths = [1, 2, 4, 8] as const;
  const width = widths[flags & 3] ?? 1;
  const what = 'the length of an object header';
  const bytes = width === 8 ? await fields.u64(sizeAt, what) : await fields.unsigned(sizeAt, width, what);
  const start = sizeAt + width;
  const headBytes = (flags & 4) === 0 ? 4 : 6;
  return readBlocks(file, [{ start, end: start + bytes }], { typeBytes: 1, headBytes, frameBytes: 4 });
}

interface Shape {
  readonly typeBytes: 1 | 2;
  readonly headBytes: number;
  /** Bytes of signature before, and of checksum behind the messages of a continuation. */
  readonly frameBytes: 0 | 4;
}

async function readBlocks(
  file: Hdf5File,
  blocks: Block[],
  { typeBytes, headBytes, frameBytes }: Shape,
): Promise<readonly Message[]> {
  const { fields } = file;
  const messages: Message[] = [];
  // Grows while it is walked.
  for (const { start, end } of blocks) {
    if (!(end <= fields.size))
      fields.fail(`an object header reaches to byte ${end}, outside the file; it stands`, start);
    for (let at = start; at + headBytes <= end;) {
      const type = await fields.unsigned(at, typeBytes, 'a message');
      const bytes = await fields.unsigned(at + typeBytes, 2, 'the length of a message');
      const flags = await fields.unsigned(at + typeBytes + 2, 1, 'the flags of a message');
      const body = { start: at + headBytes, end: at + headBytes + bytes };
      if (body.end > end) fields.fail(`a message of ${bytes} bytes leaves its object header`, at);
      if (type === messageTypes.continuation) {
        const next = await file.address(body.start, 'the continuation of an object header');
        const length = await file.length(body.start + file.addressBytes, 'the length of a continuation');
        if (next === undefined) fields.fail('a continuation without a place', at);
        else blocks.push({ start: next + frameBytes, end: next + length - frameBytes });
        if (blocks.length > mostBlocks) fields.fail(`an object header of more than ${mostBlocks} parts`, start);
      } else messages.push({ type, shared: (flags & 2) !== 0, ...body });
      if (messages.length > limits.tensors)
        fields.fail(`more than ${limits.tensors} messages in one object header`, start);
      at = body.end;
    }
  }
  return messages;
}
