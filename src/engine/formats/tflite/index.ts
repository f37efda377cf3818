import type { ByteSource } from '../../io/source.ts';
import { byteLengthOf, isDType } from '../../tensor/dtype.ts';
import type { FileLayout, Format } from '../format.ts';
import { openFields } from '../fields.ts';
import { shown } from '../json-reader.ts';
import { noticeList } from '../notice-list.ts';
import { freeName, sortRanges } from '../ranges.ts';
import { isTinyConstant } from '../tiny-constants.ts';
import { readModelTable } from './model-table.ts';

const identifier = 'TFL3';

/** TensorFlow Lite (LiteRT): a FlatBuffer of tables, the tensors' bytes in its vectors or behind it. */
export const tflite: Format = {
  id: 'tflite',
  title: 'TensorFlow Lite',
  extensions: ['.tflite'],
  detect: (head, fileName) =>
    String.fromCharCode(...head.subarray(4, 8)) === identifier || fileName.toLowerCase().endsWith('.tflite'),
  scan,
};

async function scan(source: ByteSource): Promise<FileLayout> {
  const notices = noticeList();
  const { tensors, metadata } = await readModelTable(openFields(source, 'FlatBuffer'));
  const names = new Map<string, number>();
  const weights = tensors.filter((tensor) => !isTinyConstant(tensor));
  const ranges = weights.map((tensor) => {
    const { dtype, shape, byteLength, offset } = tensor;
    const name = freeName(tensor.name, names);
    if (!isDType(dtype) || byteLengthOf(dtype, shape) === byteLength) return { ...tensor, name };
    notices.add(
      'length',
      `The tensor ${shown(name)} is ${byteLength} bytes long, which ${dtype} [${shape.join(', ')}] is not.`,
      offset,
    );
    return { ...tensor, name, dtype: `${dtype}?` };
  });
  return { format: tflite.id, tensors: sortRanges(source, ranges), metadata, notices: notices.all() };
}
