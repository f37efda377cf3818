import type { ByteSource } from '../../io/source.ts';
import { limits } from '../../limits.ts';
import type { FileLayout, Format, ScanLimits } from '../format.ts';
import { openFields } from '../fields.ts';
import { openWire } from '../protobuf.ts';
import { freeName, sortRanges } from '../ranges.ts';
import { readBlobs, startsBlobs } from './blobs.ts';
import { readWeights } from './weights.ts';

const headBytes = 64;

/** Core ML: a protobuf message with the weights of a network, or beside it the `weight.bin` of an ML program. */
export const coreml: Format = {
  id: 'coreml',
  title: 'Core ML',
  extensions: ['.mlmodel'],
  // Neither kind has a magic word.
  detect: (head, fileName) =>
    fileName.toLowerCase().endsWith('.mlmodel') || (/(^|[\\/])weight\.bin$/i.test(fileName) && startsBlobs(head)),
  scan,
};

async function scan(source: ByteSource, { headerBytes }: ScanLimits): Promise<FileLayout> {
  const head = new Uint8Array(Math.min(headBytes, source.size));
  await source.read(0, head);
  const found = startsBlobs(head)
    ? await readBlobs(openFields(source, 'weight file'))
    : await readWeights(openWire(source, Math.min(headerBytes, limits.headerBytes)));
  const names = new Map<string, number>();
  const tensors = found.map((tensor) => ({ ...tensor, name: freeName(tensor.name, names) }));
  return { format: coreml.id, tensors: sortRanges(source, tensors), metadata: {}, notices: [] };
}
