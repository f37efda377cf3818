import { stat } from 'node:fs/promises';
import { basename } from 'node:path';
import { toFeatherweightError } from '../errors.ts';
import { openInputs } from '../models/inputs.ts';
import { isArchive } from '../archive/is-archive.ts';
import { openArchive } from '../archive/open-archive.ts';
import type { InspectedTensor, Inspection, InspectRequest } from './job/requests.ts';
import { defaultMemoryBytes, planResources } from './job/resources.ts';

/**
 * Tells what a model or an archive holds; of a model only headers are read, of an archive only its index. What is called an
 * archive is taken as one, so that one whose first bytes are damaged is not told as a file of some bytes.
 */
export async function inspect({ path }: InspectRequest): Promise<Inspection> {
  const limits = planResources({ memoryBytes: defaultMemoryBytes });
  try {
    return (await isArchive(path)) || (await isCalledArchive(path))
      ? await inspectArchive(path, limits.headerBytes * 2)
      : await inspectModel(path, limits.headerBytes);
  } catch (error) {
    throw toFeatherweightError(error, 'inspecting');
  }
}

async function isCalledArchive(path: string): Promise<boolean> {
  return /\.fwz$/i.test(path) && (await stat(path)).isFile();
}

async function inspectModel(path: string, mostHeaderBytes: number): Promise<Inspection> {
  await using inputs = await openInputs(path, mostHeaderBytes, 1);
  const tensors = inputs.files.flatMap(({ name: file, layout }) =>
    (layout?.tensors ?? []).map(({ name, dtype, shape, byteLength, offset }) => ({
      name,
      file,
      dtype,
      shape,
      byteLength,
      offset,
    })),
  );
  return {
    kind: 'model',
    name: inputs.model.name,
    path,
    bytes: inputs.bytes,
    files: inputs.files.map(({ name, source, layout, fault }) => ({
      name,
      format: layout?.format ?? 'bytes',
      bytes: source.size,
      tensors: layout?.tensors.length ?? 0,
      ...(fault && { fault: fault.message }),
    })),
    tensors,
    ...summarize(tensors),
    metadata: Object.assign({}, ...inputs.files.map(({ layout }) => layout?.metadata ?? {})) as Record<string, string>,
    notices: inputs.notices.map(({ message }) => message),
  };
}

async function inspectArchive(path: string, indexBytes: number): Promise<Inspection> {
  await using opened = await openArchive(path, indexBytes);
  const { archive } = opened;
  const tensors = archive.tensors.map((tensor) => ({
    name: tensor.name,
    file: archive.files[tensor.file]?.name ?? '',
    dtype: tensor.dtype,
    shape: tensor.shape,
    byteLength: tensor.byteLength,
    offset: tensor.offset,
    bytesOut: archive.storedBytes(tensor),
    codec: archive.codecAt(tensor.file, tensor.offset),
    sha256: tensor.sha256,
  }));
  const counts = archive.files.map(() => 0);
  for (const { file } of archive.tensors) counts[file] = (counts[file] ?? 0) + 1;
  return {
    kind: 'archive',
    name: archive.name || basename(path),
    path,
    bytes: archive.files.reduce((sum, { bytes }) => sum + bytes, 0),
    bytesOut: archive.size,
    ...(archive.bases.length > 0 && { bases: archive.bases }),
    ...(archive.approximation && { isApproximate: true }),
    files: archive.files.map(({ name, format, bytes, sha256 }, file) => ({
      name,
      format,
      bytes,
      sha256,
      tensors: counts[file] ?? 0,
    })),
    tensors,
    ...summarize(tensors),
    metadata: Object.assign({}, ...archive.files.map(({ metadata }) => metadata)) as Record<string, string>,
    notices: [],
  };
}

function summarize(tensors: readonly InspectedTensor[]): Pick<Inspection, 'parameters' | 'dtypes'> {
  const dtypes = new Map<string, { dtype: string; tensors: number; bytes: number }>();
  let parameters = 0;
  for (const { dtype, byteLength, shape } of tensors) {
    parameters += shape.reduce((product, extent) => product * extent, 1);
    const row = dtypes.get(dtype) ?? { dtype, tensors: 0, bytes: 0 };
    dtypes.set(dtype, { dtype, tensors: row.tensors + 1, bytes: row.bytes + byteLength });
  }
  return { parameters, dtypes: [...dtypes.values()].sort((left, right) => right.bytes - left.bytes) };
}
