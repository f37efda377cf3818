import { FeatherweightError } from '../errors.ts';
import type { ByteSource } from '../io/source.ts';
import type { OnnxModel, Place, Span } from './graph.ts';
import { bytesHead } from './messages.ts';

/** Bytes that are made while they are written; `length` of them in all. */
export interface Content {
  readonly length: number;
  chunks(): AsyncIterable<Uint8Array> | Iterable<Uint8Array>;
}

/** The bytes from `start` to `end` of the file become `content`; an empty range inserts. */
export interface Edit {
  /** The messages around the range, outermost first. */
  readonly parents: readonly Span[];
  readonly start: number;
  readonly end: number;
  readonly content: readonly Content[];
}

/** Content that is there already. */
export function given(bytes: Uint8Array): Content {
  return { length: bytes.length, chunks: () => [bytes] };
}

/** Takes a message away, or puts others in its place. */
export function replace({ span, parents }: Place, ...content: readonly Content[]): Edit {
  return { parents, start: span.head, end: span.end, content };
}

/** Puts fields before a message, into the one around it. */
export function insertBefore({ span, parents }: Place, ...content: readonly Content[]): Edit {
  return { parents, start: span.head, end: span.head, content };
}

/** Puts fields at the end of a message. */
export function append({ span, parents }: Place, ...content: readonly Content[]): Edit {
  return { parents: [...parents, span], start: span.end, end: span.end, content };
}

/** Puts fields at the end of the model. */
export function appendToModel({ size }: OnnxModel, ...content: readonly Content[]): Edit {
  return { parents: [], start: size, end: size, content };
}

/** An edited file: its size is known before a byte of it is made. */
export interface EditedFile {
  readonly size: number;
  /** The bytes from first to last; each chunk is valid until the next is asked for. Stops when `signal` says so. */
  chunks(signal?: AbortSignal): AsyncGenerator<Uint8Array, void, undefined>;
}

/** Part of the new file: made bytes, or a run of the old file. */
type Part = Content | { readonly from: number; readonly to: number };

/** A message that has an edit somewhere inside. */
interface Touched {
  readonly span: Span;
  readonly edits: Edit[];
  readonly inner: Map<number, Touched>;
}

const copyBytes = 2 ** 20;

/**
 * The file `source` with these edits. The lengths of all messages around an edit are written anew; everything else is copied.
 * Edits at one place come in the order given. Edits that overlap are a fault of the caller.
 */
export function edited(source: ByteSource, edits: readonly Edit[]): EditedFile {
  const root: Touched = { span: { number: 0, head: 0, start: 0, end: source.size }, edits: [], inner: new Map() };
  for (const edit of edits) {
    let touched = root;
    for (const span of edit.parents) {
      let next = touched.inner.get(span.head);
      if (next === undefined) touched.inner.set(span.head, (next = { span, edits: [], inner: new Map() }));
      touched = next;
    }
    touched.edits.push(edit);
  }
  const { parts, length } = partsOf(root);
  return { size: length, chunks: (signal) => write(source, parts, signal) };
}

function partsOf({ span, edits, inner }: Touched): { readonly parts: readonly Part[]; readonly length: number } {
  const changes = [
    ...edits.map(({ start, end, content }) => ({ start, end, content })),
    ...[...inner.values()].map((touched) => {
      const { parts, length } = partsOf(touched);
      const head = given(bytesHead(touched.span.number, length));
      return { start: touched.span.head, end: touched.span.end, content: [head, ...parts] };
    }),
  ];
  // Sorting keeps the order of equals; an insertion comes before what is replaced at the same place.
  changes.sort((one, other) => one.start - other.start || one.end - other.end);
  const parts: Part[] = [];
  let [at, length] = [span.start, 0];
  const add = (part: Part): void => {
    const size = 'from' in part ? part.to - part.from : part.length;
    if (size > 0) parts.push(part);
    length += size;
  };
  for (const { start, end, content } of changes) {
    if (start < at || end > span.end)
      throw new FeatherweightError('INTERNAL', `Two edits overlap at byte ${start} of the model.`);
    add({ from: at, to: start });
    for (const part of content) add(part);
    at = end;
  }
  add({ from: at, to: span.end });
  return { parts, length };
}

async function* write(
  source: ByteSource,
  parts: readonly Part[],
  signal: AbortSignal | undefined,
): AsyncGenerator<Uint8Array, void, undefined> {
  const buffer = new Uint8Array(Math.min(copyBytes, source.size));
  for (const part of parts) {
    if ('from' in part) {
      for (let at = part.from; at < part.to; at += buffer.length) {
        signal?.throwIfAborted();
        const chunk = buffer.subarray(0, Math.min(buffer.length, part.to - at));
        await source.read(at, chunk);
        yield chunk;
      }
      continue;
    }
    let written = 0;
    for await (const chunk of part.chunks()) {
      signal?.throwIfAborted();
      written += chunk.length;
      yield chunk;
    }
    if (written !== part.length)
      throw new FeatherweightError('INTERNAL', `${written} bytes were made where ${part.length} were announced.`);
  }
}
