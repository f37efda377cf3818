import { MalformedFileError } from '../errors.ts';
import type { ByteSource } from '../io/source.ts';
import { limits } from '../limits.ts';
import { openWindow } from './window.ts';

/** One field of a protobuf message and where its payload lies in the file. */
export interface Field {
  readonly number: number;
  readonly kind: 'varint' | 'fixed' | 'bytes';
  /** Of a varint, read as unsigned; above 2^53 no longer exact, so that it is no safe integer. */
  readonly value: number;
  readonly start: number;
  /** Where the next field begins. */
  readonly end: number;
}

/** Walks protobuf messages in a file without holding them: lengths are jumped over, only what is asked for is read. */
export interface Wire {
  readonly size: number;
  /** Calls `visit` for each field between `start` and `end`. */
  fields(start: number, end: number, visit: (field: Field) => Promise<void> | void): Promise<void>;
  /** The varints of a packed field, or the one of a plain field; more than `most` are refused. */
  varints(field: Field, most: number, what: string): Promise<readonly number[]>;
  /** The text of a field, cut where it is longer than the limit. What is kept in all may not pass the header limit. */
  text(field: Field): Promise<string>;
  /** The bytes of a field, or `undefined` where they are more than the limit for texts. Counted like text. */
  bytes(field: Pick<Field, 'start' | 'end'>): Promise<Uint8Array | undefined>;
  fail(problem: string, at: number): never;
}

const longestVarint = 10;

/** A walker over `source` that keeps at most `most` bytes of text. */
export function openWire(source: ByteSource, most: number): Wire {
  const { name: file, size } = source;
  const window = openWindow(source, 16_384);
  let fieldsLeft: number = limits.protobufFields;
  let textLeft = most;

  function fail(problem: string, at: number): never {
    throw new MalformedFileError(`"${file}": ${problem} at byte ${at} of the protobuf message.`, { file, offset: at });
  }

  /** The bytes at `at` that can hold one field's tag and length, or what is left of its message. */
  function head(at: number, end: number): Uint8Array | Promise<Uint8Array> {
    const length = Math.min(2 * longestVarint, end - at);
    return window.held(at, length) ?? window.at(at, length, 'a field');
  }

  function varint(bytes: Uint8Array, start: number, place: number): { readonly value: number; readonly next: number } {
    let value = 0;
    for (let index = start; index < start + longestVarint; index++) {
      const byte = bytes[index];
      if (byte === undefined) return fail('a number that is cut short', place);
      value += (byte & 0x7f) * 2 ** (7 * (index - start));
      if (byte < 0x80) return { value, next: index + 1 };
    }
    return fail('a number longer than 10 bytes', place);
  }

  function field(bytes: Uint8Array, at: number, end: number): Field {
    fieldsLeft -= 1;
    if (fieldsLeft < 0) fail(`more than ${limits.protobufFields} fields`, at);
    const tag = varint(bytes, 0, at);
    const [number, wireType] = [Math.floor(tag.value / 8), tag.value % 8];
    if (number === 0 || number >= 2 ** 29) fail(`the field number ${number}`, at);
    if (wireType === 0) {
      const { value, next } = varint(bytes, tag.next, at);
      return { number, kind: 'varint', value, start: at + tag.next, end: at + next };
    }
    if (wireType !== 1 && wireType !== 2 && wireType !== 5)
      fail(`the wire type ${wireType}, where 0, 1, 2 and 5 are known,`, at);
    const length = wireType === 2 ? varint(bytes, tag.next, at) : { value: wireType === 1 ? 8 : 4, next: tag.next };
    const start = at + length.next;
    if (length.value > end - start)
      fail(
        `field ${number} is said to be ${length.value} bytes long, but its message ends after ${end - start}; it stands`,
        at,
      );
    return { number, kind: wireType === 2 ? 'bytes' : 'fixed', value: 0, start, end: start + length.value };
  }

  /** Bytes that the caller holds on to, as text or otherwise. */
  async function kept(start: number, length: number): Promise<Uint8Array> {
    textLeft -= length;
    if (textLeft < 0) fail(`names and texts of more than ${most} bytes`, start);
    return window.held(start, length) ?? (await window.at(start, length, 'a text'));
  }

  return {
    size,
    async fields(start, end, visit) {
      for (let at = start; at < end;) {
        // Awaiting what is there already would cost most of the time in a long table.
        const bytes = head(at, end);
        const next = field(bytes instanceof Promise ? await bytes : bytes, at, end);
        at = next.end;
        const visited = visit(next);
        if (visited !== undefined) await visited;
      }
    },
    async varints({ kind, value, start, end }, most, what) {
      if (kind === 'varint') return [value];
      const values: number[] = [];
      for (let at = start; at < end;) {
        if (values.length === most) fail(`${what} has more than ${most} numbers; it stands`, start);
        const { value: number, next } = varint(await head(at, end), 0, at);
        values.push(number);
        at += next;
      }
      return values;
    },
    async text({ start, end }) {
      const length = Math.min(end - start, limits.textBytes);
      const bytes = await kept(start, length);
      const text = new TextDecoder('utf-8', { ignoreBOM: true }).decode(bytes);
      return length < end - start ? `${text}…` : text;
    },
    async bytes({ start, end }) {
      return end - start > limits.textBytes ? undefined : Uint8Array.from(await kept(start, end - start));
    },
    fail,
  };
}
