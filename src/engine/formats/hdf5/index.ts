import type { ByteSource } from '../../io/source.ts';
import { byteLengthOf, isDType } from '../../tensor/dtype.ts';
import type { TensorRange } from '../../tensor/tensor.ts';
import type { FileLayout, Format } from '../format.ts';
import { noticeList } from '../notice-list.ts';
import { sortRanges } from '../ranges.ts';
import { signature } from './file.ts';
import { findDatasets } from './tree.ts';

/** HDF5, in which Keras keeps weights: groups of datasets, most of them in one piece. */
export const hdf5: Format = {
  id: 'hdf5',
  title: 'HDF5 (Keras)',
  extensions: ['.h5', '.hdf5'],
  detect: (head, fileName) =>
    String.fromCharCode(...head.subarray(0, signature.length)) === signature || /\.(h5|hdf5)$/i.test(fileName),
  scan,
};

async function scan(source: ByteSource): Promise<FileLayout> {
  const notices = noticeList();
  const tensors = (await findDatasets(source, notices)).map(checkedLength);
  return { format: hdf5.id, tensors: sortRanges(source, tensors), metadata: {}, notices: notices.all() };
}

/** A tensor whose bytes are not those of its type and shape is coded as bytes. */
export function checkedLength(tensor: TensorRange): TensorRange {
  const { dtype, shape, byteLength } = tensor;
  return isDType(dtype) && byteLengthOf(dtype, shape) !== byteLength ? { ...tensor, dtype: `${dtype}?` } : tensor;
}
