import type { ByteSource } from '../../io/source.ts';
import { limits } from '../../limits.ts';
import { byteLengthOf, isDType } from '../../tensor/dtype.ts';
import { openFields } from '../fields.ts';
import type { ExternalTensor, FileLayout, Format, ScanLimits } from '../format.ts';
import { noticeList } from '../notice-list.ts';
import { openWire } from '../protobuf.ts';
import { freeName } from '../ranges.ts';
import { readEntry, readHeader } from './entries.ts';
import { tableEntries } from './table.ts';

/** TensorFlow's checkpoints, also those in a SavedModel: a table that says which variable is where in the data files beside it. */
export const tensorflow: Format = {
  id: 'tensorflow',
  title: 'TensorFlow',
  // `.index` is the extension of too many other things.
  extensions: [],
  // The first key is empty, and its value begins with the number of data files; a table has its magic word at its end.
  detect: (head, fileName) => /\.index$/i.test(fileName) && head[0] === 0 && head[1] === 0 && head[3] === 8,
  scan,
};

async function scan(source: ByteSource, { headerBytes }: ScanLimits): Promise<FileLayout> {
  const fields = openFields(source, 'table');
  const wire = openWire(source, Math.min(headerBytes, limits.headerBytes));
  const notices = noticeList();
  const names = new Map<string, number>();
  const external: ExternalTensor[] = [];
  const stem = (source.name.split(/[\\/]/).at(-1) ?? '').replace(/\.index$/i, '');
  let files: number | undefined;
  for await (const { key, start, end } of tableEntries(fields)) {
    if (files === undefined) {
      const header = await readHeader(wire, start, end);
      if (header.isBigEndian) fields.fail('the byte order is big-endian; little-endian is read. It is told', start);
      files = header.files;
      if (!(files >= 1 && files <= limits.modelFiles)) fields.fail(`${files} data files are announced`, start);
      continue;
    }
    const { isSliced, file, ...entry } = await readEntry(wire, start, end);
    // Its slices have entries of their own.
    if (isSliced) continue;
    if (!(file < files)) fields.fail(`the data file ${file} of ${files} is named`, start);
    if (external.length === limits.tensors) fields.fail(`more than ${limits.tensors} variables`, start);
    const { dtype, shape, byteLength } = entry;
    const isWhole = !isDType(dtype) || byteLengthOf(dtype, shape) === byteLength;
    if (!isWhole) notices.add('length', `Some variables do not have the bytes of their type and shape.`, start);
    external.push({
      ...entry,
      name: freeName(nameOf(key), names),
      dtype: isWhole ? dtype : `${dtype}?`,
      location: `${stem}.data-${digits(file)}-of-${digits(files)}`,
      isChecked: true,
    });
  }
  return { format: tensorflow.id, tensors: [], metadata: {}, notices: notices.all(), external };
}

function digits(number: number): string {
  return String(number).padStart(5, '0');
}

/** The key of a slice begins with a zero and has, behind the name and another zero, which slice it is. */
function nameOf(key: Uint8Array): string {
  const text = (bytes: Uint8Array): string => new TextDecoder('utf-8', { ignoreBOM: true }).decode(bytes);
  if (key[0] !== 0) return text(key);
  const end = key.indexOf(0, 1);
  return text(key.subarray(1, end < 0 ? key.length : end));
}
