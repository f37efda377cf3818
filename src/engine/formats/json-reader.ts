import { MalformedFileError } from '../errors.ts';
import { limits } from '../limits.ts';

/**
 * A strict JSON reader over UTF-8 bytes that hands out values as they come, because `JSON.parse` hides duplicate keys,
 * rounds large numbers and holds the whole tree in memory. Each method reads one value and throws
 * {@link MalformedFileError} naming what is read, the byte and what stands there.
 */
export interface JsonReader {
  /** Byte of the next token, counted as the constructor was told to. */
  readonly position: number;
  /** What the next value is, by its first byte; does not move. */
  peek(): JsonKind;
  /** Calls `member` for each key, which must read or skip the value. A key that came before is refused. */
  object(member: (key: string) => void): void;
  /** Calls `item` for each element, which must read or skip it. */
  array(item: (index: number) => void): void;
  string(): string;
  /** A whole number from 0 to 2^53 - 1 written without fraction or exponent. */
  count(): number;
  skip(): void;
  /** Refuses anything but white space behind the last value; returns how many bytes of it there are. */
  end(): number;
  /** Throws with the current place. */
  fail(problem: string): never;
}

export type JsonKind = 'object' | 'array' | 'string' | 'number' | 'true' | 'false' | 'null' | 'other';

const kinds: Readonly<Record<string, JsonKind>> = {
  '{': 'object',
  '[': 'array',
  '"': 'string',
  '-': 'number',
  t: 'true',
  f: 'false',
  n: 'null',
};
const quote = 0x22;
const backslash = 0x5c;
/** Up to here a list of keys is quicker than a set; a tensor's entry has three. */
const fewKeys = 8;
const comma = 0x2c;
const closing = 0x5d;

/** Reads `bytes`, which stand at byte `base` of the file called `what` in messages. */
export function readJson(bytes: Uint8Array, what: string, base = 0): JsonReader {
  const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });
  const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length);
  let at = 0;
  let depth = 0;

  function fail(problem: string, place = at): never {
    throw new MalformedFileError(`${what}: ${problem} at byte ${base + place}.`, { file: what, offset: base + place });
  }

  function found(): string {
    const byte = bytes[at];
    if (byte === undefined) return 'the end';
    return byte > 0x20 && byte < 0x7f
      ? `"${String.fromCharCode(byte)}"`
      : `byte 0x${byte.toString(16).padStart(2, '0')}`;
  }

  function skipSpace(): void {
    for (;;) {
      const byte = bytes[at];
      if (byte !== 0x20 && byte !== 0x0a && byte !== 0x0d && byte !== 0x09) return;
      at += 1;
    }
  }

  function peek(): JsonKind {
    skipSpace();
    const byte = bytes[at];
    if (byte === undefined) return 'other';
    if (byte >= 0x30 && byte <= 0x39) return 'number';
    return kinds[String.fromCharCode(byte)] ?? 'other';
  }

  function take(character: string): boolean {
    skipSpace();
    if (bytes[at] !== character.charCodeAt(0)) return false;
    at += 1;
    return true;
  }

  function expect(character: string): void {
    if (!take(character)) fail(`${found()} where "${character}" is expected`);
  }

  function string(): string {
    expect('"');
    const start = at;
    let escaped = false;
    let plain = true;
    for (;;) {
      const byte = bytes[at];
      if (byte === undefined) fail('a string without an end', start - 1);
      if (byte === quote) break;
      if (byte < 0x20) fail(`a control character (${found()}) inside a string`);
      if (byte >= 0x80) plain = false;
      if (byte === backslash) {
        escaped = true;
        at += 1;
      }
      at += 1;
    }
    // Where no byte is above 127 Latin-1 is the same, and takes no view of the bytes for each string.
    const text = plain ? buffer.toString('latin1', start, at) : decodeText(start, at);
    at += 1;
    return escaped ? unescape(text, start) : text;
  }

  function decodeText(start: number, end: number): string {
    try {
      return decoder.decode(bytes.subarray(start, end));
    } catch {
      return fail('a string that is not valid UTF-8', start);
    }
  }

  function unescape(text: string, start: number): string {
    let value: unknown;
    try {
      value = JSON.parse(`"${text}"`);
    } catch {
      fail('a string with a bad escape', start);
    }
    const plain = String(value);
    if (!plain.isWellFormed()) fail('a string with half a surrogate pair', start);
    return plain;
  }

  function number(): string {
    skipSpace();
    const start = at;
    while (at < bytes.length && '+-.0123456789Ee'.includes(String.fromCharCode(bytes[at] ?? 0))) at += 1;
    const text = String.fromCharCode(...bytes.subarray(start, Math.min(at, start + 400)));
    if (at - start > 400 || !/^-?(0|[1-9]\d*)(\.\d+)?([eE][+-]?\d+)?$/.test(text)) {
      at = start;
      fail(`${found()} where a number is expected`);
    }
    return text;
  }

  /** A count of up to 15 digits, which is nearly every one, or nothing read. */
  function plainCount(): number | undefined {
    let value = 0;
    let end = at;
    for (; end - at < 15; end++) {
      const digit = (bytes[end] ?? 0) - 0x30;
      if (digit < 0 || digit > 9) break;
      value = value * 10 + digit;
    }
    const [first, next] = [bytes[at], bytes[end]];
    if (end === at || (first === 0x30 && end > at + 1) || (next !== comma && next !== closing)) return undefined;
    at = end;
    return value;
  }

  function count(): number {
    skipSpace();
    const start = at;
    const plain = plainCount();
    if (plain !== undefined) return plain;
    const text = number();
    const value = Number(text);
    if (!/^\d+$/.test(text) || !Number.isSafeInteger(value))
      fail(`${text.slice(0, 40)} where a whole number from 0 to ${Number.MAX_SAFE_INTEGER} is expected`, start);
    return value;
  }

  function word(text: string): void {
    for (const character of text)
      if (bytes[at] === character.charCodeAt(0)) at += 1;
      else fail(`${found()} inside "${text}"`);
  }

  function enter(): void {
    depth += 1;
    if (depth > limits.jsonDepth) fail(`JSON nested deeper than ${limits.jsonDepth}`);
  }

  function object(member: (key: string) => void): void {
    expect('{');
    enter();
    const first: string[] = [];
    let keys: Set<string> | undefined;
    if (!take('}')) {
      do {
        skipSpace();
        const place = at;
        const key = string();
        if (keys?.has(key) ?? first.includes(key)) fail(`the key ${shown(key)} a second time`, place);
        if (keys === undefined && first.length < fewKeys) first.push(key);
        else keys = (keys ?? new Set(first)).add(key);
        expect(':');
        member(key);
      } while (take(','));
      expect('}');
    }
    depth -= 1;
  }

  function array(item: (index: number) => void): void {
    expect('[');
    enter();
    let index = 0;
    if (!take(']')) {
      do {
        item(index);
        index += 1;
      } while (take(','));
      expect(']');
    }
    depth -= 1;
  }

  function skip(): void {
    const kind = peek();
    switch (kind) {
      case 'object':
        object(skip);
        break;
      case 'array':
        array(skip);
        break;
      case 'string':
        string();
        break;
      case 'number':
        number();
        break;
      case 'true':
      case 'false':
      case 'null':
        word(kind);
        break;
      case 'other':
        fail(`${found()} where a value is expected`);
    }
  }

  function end(): number {
    const start = at;
    skipSpace();
    if (at < bytes.length) fail(`${found()} after the end of the JSON text`);
    return at - start;
  }

  return {
    get position() {
      skipSpace();
      return base + at;
    },
    peek,
    object,
    array,
    string,
    count,
    skip,
    end,
    fail,
  };
}

/** A name from a file as text that is safe in a message: quoted, control and direction characters escaped, cut short. */
export function shown(name: string): string {
  const cut = name.length > 80 ? `${name.slice(0, 79)}…` : name;
  return JSON.stringify(cut).replace(
    /[\u007f-\u009f\u200e\u200f\u2028-\u202e\u2066-\u2069]/g,
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
}
