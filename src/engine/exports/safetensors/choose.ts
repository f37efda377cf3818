import { floatWidth } from '../../tensor/floats.ts';
import type { FloatTensor } from '../float-tensor.ts';
import { bfloatEnd, type TensorStatistics } from '../statistics.ts';
import { keptByArchive, type Stored } from '../stored.ts';

/** The kinds of safetensors files that are written. */
export type SafetensorsKind = 'fp8' | 'int8' | 'bf16' | 'f16';

/** How a tensor is stored: in another float type, as codes with a scale for each row, or as it was. */
export interface Choice {
  readonly form: 'BF16' | 'F16' | 'F8_E4M3' | 'I8' | 'kept';
  readonly why?: string;
}

const kept = (why: string): Choice => ({ form: 'kept', why });
/** Layers that programs look up or that decide on the output keep their precision, as is usual for such files. */
const finer =
  /(^|[._])(embed|embed_tokens|embeddings?|wte|wpe|tok_embeddings|lm_head|output|norm|layernorm|ln_f|classifier)([._]|$)/i;
const leastElements = 512;
/** A larger error of half precision comes from values too small for it. */
const largestHalfError = 2 ** -9;
/** Chooses the form of a tensor of floats; `stored` is what the archive that it comes from made of it. */
export function chooseForm(
  kind: SafetensorsKind,
  tensor: FloatTensor,
  statistics: TensorStatistics,
  stored?: Stored,
): Choice {
  const { notFinite, largest, overflows, halfError } = statistics;
  const { name, shape, count } = tensor;
  if (floatWidth(tensor.dtype) === 1) return kept('it has eight bits already');
  if (kind === 'bf16')
    return largest < bfloatEnd ? { form: 'BF16' } : kept('it has values beyond ±3.39e38, which BF16 ends at');
  if (kind === 'f16') {
    if (overflows > 0) return kept(`${overflows} of its values are beyond ±65504, which half precision ends at`);
    return halfError > largestHalfError ? kept('many of its values are too small for half precision') : { form: 'F16' };
  }
  if (stored === 'exact') return kept(keptByArchive);
  if (notFinite > 0) return kept(`${notFinite} of its values are infinite or no numbers`);
  if (shape.length < 2 || !/weight$/.test(name)) return kept('it is no weight matrix by its name and shape');
  if (count < leastElements) return kept('it is too small to gain');
  // The scales behind the codes must begin at a multiple of their size, and the format has no holes.
  if (count % 4 !== 0) return kept('its codes would take no multiple of four bytes');
  const layer = name
    .replace(/\.weight$/, '')
    .split('.')
    .slice(-2)
    .join('.');
  if (finer.test(layer)) return kept('embeddings, norms and output layers are kept in such files');
  return { form: kind === 'fp8' ? 'F8_E4M3' : 'I8' };
}
