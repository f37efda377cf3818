import { stat } from 'node:fs/promises';
import type { ModelSummary, TensorRow, TensorSort } from '../../contract/models.ts';
import type { InspectedTensor, Inspection } from '../../engine/index.ts';
import type { Access } from '../files/access.ts';
import type { Engine } from '../engine.ts';
import { drawMap } from '../model-map.ts';
import type { Handlers } from './handlers.ts';

const inspectionsKept = 4;
const filesShown = 100;
const tensorsPerPage = 200;

/** Reads headers, and answers pages of the tensor table from the last few models that were read. */
export function modelHandlers(
  engine: Engine,
  access: Access,
): Handlers<'models.inspect' | 'models.tensors' | 'models.map'> {
  const kept = new Map<string, Promise<Inspection>>();

  const inspect = async (asked: string) => {
    const path = await access.check(asked);
    const { mtimeMs, size } = await stat(path);
    const key = `${path}\n${mtimeMs}\n${size}`;
    const known = kept.get(key);
    if (known) return known;
    const inspection = engine.inspect({ path }).then(largestFirst);
    kept.set(key, inspection);
    inspection.catch(() => kept.delete(key));
    for (const old of [...kept.keys()].slice(0, -inspectionsKept)) kept.delete(old);
    return inspection;
  };

  return {
    'models.inspect': async ({ path }) => toSummary(await inspect(path)),
    'models.tensors': async ({ path, search = '', sort = 'size', offset = 0, limit = tensorsPerPage }) => {
      const { tensors } = await inspect(path);
      const wanted = search.toLowerCase();
      const found =
        wanted === ''
          ? tensors
          : tensors.filter(({ name, dtype }) => `${name}\n${dtype}`.toLowerCase().includes(wanted));
      const sorted = sort === 'size' ? found : found.toSorted(orders[sort]);
      return { tensors: sorted.slice(offset, offset + limit).map(toRow), total: found.length };
    },
    'models.map': async ({ path }) => drawMap(await inspect(path)),
  };
}

const { compare } = new Intl.Collator('en', { numeric: true });

/** `size` is the order that inspections are kept in. */
const orders: Readonly<Record<Exclude<TensorSort, 'size'>, (a: InspectedTensor, b: InspectedTensor) => number>> = {
  name: (a, b) => compare(a.name, b.name),
  dtype: (a, b) => compare(a.dtype, b.dtype) || b.byteLength - a.byteLength,
  place: (a, b) => compare(a.file, b.file) || a.offset - b.offset,
  saved: (a, b) => savedBytes(b) - savedBytes(a),
};

function savedBytes({ byteLength, bytesOut = byteLength }: InspectedTensor): number {
  return byteLength - bytesOut;
}

function largestFirst(inspection: Inspection): Inspection {
  return { ...inspection, tensors: inspection.tensors.toSorted((a, b) => b.byteLength - a.byteLength) };
}

function toSummary(inspection: Inspection): ModelSummary {
  const { kind, name, path, bytes, bytesOut, parameters, files, tensors, dtypes, metadata, notices } = inspection;
  return {
    ...{ kind, name, path, bytes, parameters },
    ...(bytesOut === undefined ? {} : { bytesOut }),
    ...(inspection.isApproximate === true && { isApproximate: true }),
    ...(inspection.bases && {
      bases: inspection.bases.map(({ name: base, bytes: size, sha256 }) => ({ name: base, bytes: size, sha256 })),
    }),
    tensors: tensors.length,
    dtypes: dtypes.map((entry) => ({ ...entry })),
    files: files.slice(0, filesShown).map(({ name: file, format, bytes: size, sha256, fault }) => ({
      ...{ name: file, format, bytes: size },
      ...(sha256 === undefined ? {} : { sha256 }),
      ...(fault === undefined ? {} : { fault }),
    })),
    filesTotal: files.length,
    metadata: Object.entries(metadata).map(([key, value]) => ({ key, value })),
    notices: [...notices],
  };
}

function toRow({ name, file, dtype, shape, byteLength, bytesOut, codec }: InspectedTensor): TensorRow {
  return {
    ...{ name, file, dtype, shape: [...shape], byteLength },
    ...(bytesOut === undefined ? {} : { bytesOut }),
    ...(codec === undefined ? {} : { codec }),
  };
}
