import type { ErrorFigures, TensorError, WeightReport } from '../figures.ts';
import { openInputs, type Inputs } from '../../engine/models/inputs.ts';
import { planResources } from '../../engine/pipeline/job/resources.ts';
import type { TensorRange } from '../../engine/tensor/tensor.ts';
import type { FileSource } from '../../engine/io/file-source.ts';
import { ErrorSums, numberWidth, toNumbers } from './tensor-error.ts';

/** Elements that are held in memory of each model. */
const elementsAtOnce = 2 ** 18;
const skippedShown = 100;

interface Found {
  readonly tensor: TensorRange;
  readonly source: FileSource;
}

/** Compares the tensors of two models by name, piece by piece. Throws as opening a model does. */
export async function compareWeights(
  originalPath: string,
  candidatePath: string,
  onProgress: (bytesDone: number, bytesTotal: number) => void,
): Promise<WeightReport> {
  const { headerBytes } = planResources({});
  await using original = await openInputs(originalPath, headerBytes);
  await using candidate = await openInputs(candidatePath, headerBytes);
  const twins = byName(candidate);
  const all = tensorsOf(original);
  const bytesTotal = all.reduce((sum, { tensor }) => sum + tensor.byteLength, 0);
  const tensors: TensorError[] = [];
  const skipped: { name: string; reason: string }[] = [];
  const total = new ErrorSums();
  let bytesDone = 0;
  for (const found of all) {
    const twin = twins.get(found.tensor.name)?.shift();
    const reason = reasonToSkip(found.tensor, twin?.tensor);
    if (reason !== undefined || twin === undefined) skipped.push({ name: found.tensor.name, reason: reason ?? '' });
    else {
      const sums = await compareTensors(found, twin);
      // The norm of a mask of −1e9 that stays as it is would hide what became of everything else.
      if (sums.different > 0) total.add(sums);
      const { name, shape, dtype } = found.tensor;
      tensors.push({ name, shape, dtype, candidateDtype: twin.tensor.dtype, ...sums.figures() });
    }
    onProgress((bytesDone += found.tensor.byteLength), bytesTotal);
  }
  return {
    meaning: 'weight error only; not an accuracy measurement',
    tensors,
    total: tensors.length === 0 ? nothingCompared : total.figures(),
    skipped: skipped.slice(0, skippedShown),
    skippedTotal: skipped.length,
    added: [...twins.values()].reduce((sum, left) => sum + left.length, 0),
  };
}

/** Of no tensor it cannot be said that it stayed as it was. */
const nothingCompared: ErrorFigures = {
  ...{ elements: 0, identical: false, relativeL2: null, maxAbs: null, sqnr: null, cosine: null },
  ...{ zeros: 0, candidateZeros: 0 },
};

function tensorsOf({ files }: Inputs): readonly Found[] {
  return files.flatMap(({ layout, source }) => (layout?.tensors ?? []).map((tensor) => ({ tensor, source })));
}

/** Branches of a graph may use a name again; such tensors are paired in their order. */
function byName(inputs: Inputs): Map<string, Found[]> {
  const map = new Map<string, Found[]>();
  for (const found of tensorsOf(inputs)) map.set(found.tensor.name, [...(map.get(found.tensor.name) ?? []), found]);
  return map;
}

function reasonToSkip(one: TensorRange, other: TensorRange | undefined): string | undefined {
  if (other === undefined) return 'the candidate has no tensor of this name';
  if (String(one.shape) !== String(other.shape))
    return `its shape is [${one.shape.join(', ')}], the candidate's [${other.shape.join(', ')}]`;
  const unreadable = [one, other].find(({ dtype }) => numberWidth(dtype) === undefined);
  if (unreadable !== undefined) return `elements of the type ${unreadable.dtype} are not read as numbers`;
  if (one.dtype !== other.dtype && isWhole(one.dtype) !== isWhole(other.dtype))
    return `${one.dtype} became ${other.dtype}: codes of a quantizer, which mean something else`;
  return undefined;
}

function isWhole(dtype: string): boolean {
  return !/^B?F\d/.test(dtype);
}

async function compareTensors(one: Found, other: Found): Promise<ErrorSums> {
  const sums = new ErrorSums();
  const [width, otherWidth] = [numberWidth(one.tensor.dtype) ?? 1, numberWidth(other.tensor.dtype) ?? 1];
  const elements = Math.floor(Math.min(one.tensor.byteLength / width, other.tensor.byteLength / otherWidth));
  const bytes = new Uint8Array(Math.min(elements, elementsAtOnce) * width);
  const otherBytes = new Uint8Array(Math.min(elements, elementsAtOnce) * otherWidth);
  for (let done = 0; done < elements; done += elementsAtOnce) {
    const count = Math.min(elementsAtOnce, elements - done);
    const [part, otherPart] = [bytes.subarray(0, count * width), otherBytes.subarray(0, count * otherWidth)];
    await one.source.read(one.tensor.offset + done * width, part);
    await other.source.read(other.tensor.offset + done * otherWidth, otherPart);
    sums.addValues(toNumbers(one.tensor.dtype, part), toNumbers(other.tensor.dtype, otherPart));
  }
  return sums;
}
