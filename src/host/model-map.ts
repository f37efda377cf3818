import type { MapTile, ModelMap } from '../contract/models.ts';
import type { InspectedTensor, Inspection } from '../engine/index.ts';

const mostGroups = 200;
const mostTiles = 1800;

/** A model as areas: its tensors grouped by the start of their names, only the largest of them with a tile of their own. */
export function drawMap({ tensors, files, bytes: total }: Inspection): ModelMap {
  const placeOf = places(files, total);
  const groups = new Map<string, InspectedTensor[]>();
  for (const tensor of tensors) {
    const name = groupOf(tensor.name);
    const group = groups.get(name);
    if (group) group.push(tensor);
    else groups.set(name, [tensor]);
  }
  const sorted = [...groups].map(([name, members]) => ({ name, members, bytes: sum(members) }));
  sorted.sort((a, b) => b.bytes - a.bytes);
  const left = sorted.slice(mostGroups);
  const least = leastTile(tensors);
  return {
    bytes: sum(tensors),
    groups: sorted.slice(0, mostGroups).map(({ name, members, bytes }) => ({
      ...{ name, bytes },
      tensors: members.length,
      dtype: mainDType(members),
      tiles: tilesOf(members, least, placeOf),
    })),
    rest: {
      tensors: left.reduce((count, { members }) => count + members.length, 0),
      bytes: left.reduce((count, { bytes }) => count + bytes, 0),
    },
  };
}

/** `model.layers.3.mlp.weight` belongs to `model.layers.3`; a name without a number to what stands before its last part. */
function groupOf(name: string): string {
  const parts = name.split(/[./]/);
  const number = parts.findIndex((part) => /^\d+$/.test(part));
  const length = number >= 0 ? number + 1 : Math.max(1, parts.length - 1);
  return parts.slice(0, length).join('.');
}

/** The size from which on tensors have a tile of their own. */
function leastTile(tensors: readonly InspectedTensor[]): number {
  if (tensors.length <= mostTiles) return 0;
  const sizes = Float64Array.from(tensors, ({ byteLength }) => byteLength).sort();
  return (sizes[sizes.length - mostTiles] ?? 0) + 1;
}

type PlaceOf = (tensor: InspectedTensor) => { readonly from: number; readonly to: number };

/** Where a tensor lies in the model, whose files follow each other. */
function places(files: Inspection['files'], total: number): PlaceOf {
  const starts = new Map<string, number>();
  let start = 0;
  for (const { name, bytes } of files) {
    starts.set(name, start);
    start += bytes;
  }
  return ({ file, offset, byteLength }) => {
    const from = (starts.get(file) ?? 0) + offset;
    return { from: from / Math.max(1, total), to: (from + byteLength) / Math.max(1, total) };
  };
}

function tilesOf(members: readonly InspectedTensor[], least: number, placeOf: PlaceOf): MapTile[] {
  const large = members.filter(({ byteLength }) => byteLength >= least);
  const small = members.filter(({ byteLength }) => byteLength < least);
  const tiles: MapTile[] = large
    .toSorted((a, b) => b.byteLength - a.byteLength)
    .map((tensor) => {
      const { name, file, dtype, shape, byteLength, bytesOut } = tensor;
      return {
        ...{ name, file, dtype, shape: [...shape], bytes: byteLength, ...placeOf(tensor) },
        ...(bytesOut === undefined ? {} : { bytesOut }),
      };
    });
  const [first] = small;
  if (first === undefined) return tiles;
  const folded = { name: '', file: '', dtype: mainDType(small), shape: [], bytes: sum(small), folded: small.length };
  return [...tiles, first.bytesOut === undefined ? folded : { ...folded, bytesOut: sumOut(small) }];
}

function mainDType(members: readonly InspectedTensor[]): string {
  const bytes = new Map<string, number>();
  for (const { dtype, byteLength } of members) bytes.set(dtype, (bytes.get(dtype) ?? 0) + byteLength);
  return [...bytes].reduce<[string, number]>((most, entry) => (entry[1] > most[1] ? entry : most), ['', -1])[0];
}

function sum(members: readonly InspectedTensor[]): number {
  return members.reduce((total, { byteLength }) => total + byteLength, 0);
}

function sumOut(members: readonly InspectedTensor[]): number {
  return members.reduce((total, { bytesOut = 0 }) => total + bytesOut, 0);
}
