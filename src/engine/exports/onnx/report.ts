import type { ExportedTensor } from '../export.ts';
import type { Loss } from '../loss.ts';
import type { Candidate } from './choose.ts';
import { bytesIn, type Choice } from './form.ts';

const words = { I8: 'I8', U4: 'U4', F8_E4M3: 'F8 E4M3' } as const;

/** What became of a tensor, in words. */
export function reportOf(
  { weight: { tensor }, count, width }: Candidate,
  file: string,
  { form, why }: Choice,
  { relativeError, maxError }: Loss,
): ExportedTensor {
  const { name, shape, type } = tensor;
  let to: string = type.dtype;
  if (form.kind === 'half') to = form.type;
  else if (form.kind === 'switch') to = 'I8 with one scale';
  else if (form.kind === 'codes')
    to = `${words[form.type]} ${form.grouping.isBlocked ? `in blocks of ${form.grouping.run}` : 'per channel'}`;
  return {
    ...{ name, file, dtype: type.dtype, shape, to, relativeError, maxError },
    bytesIn: count * width,
    bytesOut: bytesIn(form, count, width),
    ...(why !== undefined && { why }),
  };
}
