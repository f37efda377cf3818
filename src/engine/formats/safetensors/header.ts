import { limits } from '../../limits.ts';
import { readJson, shown, type JsonReader } from '../json-reader.ts';
import type { NoticeList } from '../notice-list.ts';

/** One entry of the header as it is written; offsets count from the end of the header. */
export interface HeaderEntry {
  readonly name: string;
  readonly dtype: string;
  readonly shape: readonly number[];
  readonly begin: number;
  readonly end: number;
}

export interface Header {
  readonly entries: readonly HeaderEntry[];
  readonly metadata: Readonly<Record<string, string>>;
}

/**
 * Reads the JSON header in `bytes`, which stands at byte 8 of the file called `file`. Throws MalformedFileError where the
 * entries cannot be told apart safely; what is merely unusual goes to `notices`.
 */
export function readHeader(bytes: Uint8Array, file: string, notices: NoticeList): Header {
  const json = readJson(bytes, `The safetensors header of "${file}"`, 8);
  const start = json.position;
  if (start > 8) notices.add('lead', `The header begins with ${start - 8} bytes of white space.`, 8);
  const entries: HeaderEntry[] = [];
  let metadata: Readonly<Record<string, string>> = {};
  json.object((name) => {
    if (name === '__metadata__') metadata = readMetadata(json);
    else {
      if (entries.length === limits.tensors) json.fail(`more than ${limits.tensors} tensors`);
      entries.push(readEntry(json, name, notices));
    }
  });
  json.end();
  return { entries, metadata };
}

function readMetadata(json: JsonReader): Readonly<Record<string, string>> {
  const metadata = Object.create(null) as Record<string, string>;
  if (json.peek() === 'null') json.skip();
  else
    json.object((key) => {
      if (json.peek() !== 'string') json.fail(`the metadata ${shown(key)} is not a string but ${json.peek()}`);
      metadata[key] = json.string();
    });
  return metadata;
}

function readEntry(json: JsonReader, name: string, notices: NoticeList): HeaderEntry {
  const place = json.position;
  let dtype: string | undefined;
  let shape: readonly number[] | undefined;
  let offsets: readonly number[] | undefined;
  if (json.peek() !== 'object') json.fail(`the tensor ${shown(name)} is not an object but ${json.peek()}`);
  json.object((key) => {
    if (key === 'dtype') dtype = json.string();
    else if (key === 'shape') shape = readCounts(json, limits.rank, 'shape', name);
    else if (key === 'data_offsets') offsets = readCounts(json, 2, 'data_offsets', name);
    else {
      notices.add('field', `The tensor ${shown(name)} has an unknown field ${shown(key)}.`, place);
      json.skip();
    }
  });
  const [begin, end] = offsets ?? [];
  if (dtype === undefined || shape === undefined || begin === undefined || end === undefined)
    return json.fail(`the tensor ${shown(name)} lacks one of dtype, shape and two data_offsets; it ends`);
  if (end < begin) return json.fail(`the tensor ${shown(name)} ends at ${end}, before it begins at ${begin}; it ends`);
  return { name, dtype, shape, begin, end };
}

function readCounts(json: JsonReader, most: number, what: string, name: string): readonly number[] {
  const counts: number[] = [];
  json.array((index) => {
    if (index === most) json.fail(`the ${what} of ${shown(name)} has more than ${most} numbers`);
    counts.push(json.count());
  });
  // A list that was pushed to has room for more than a dozen others, and each tensor keeps one.
  return counts.slice();
}
