import { colors } from './colors.ts';
import type { InspectedTensor, Inspection } from '../../engine/index.ts';
import { formatBytes, formatChange, formatCount, formatNumber, formatSaving } from './amounts.ts';
import { escapeUnsafe, fitName } from './escape.ts';
import { type Column, tableLines } from './table.ts';

const shownTensors = 20;
const shownMetadata = 12;
const nameWidth = 56;
const valueWidth = 88;

/** What `inspect` prints: sizes, faults, dtypes, metadata, and the largest tensors (`all` of them on request). */
export function inspectionText(inspection: Inspection, all: boolean): string {
  return [
    ...headLines(inspection),
    ...section('Files', fileLines(inspection)),
    ...section('Number types', dtypeLines(inspection)),
    ...section('Metadata', metadataLines(inspection, all)),
    ...section(all ? 'Tensors' : 'Largest tensors', tensorLines(inspection, all)),
    ...inspection.notices.map((notice) => colors.yellow(`Note: ${escapeUnsafe(notice)}`)),
  ].join('\n');
}

function headLines(inspection: Inspection): readonly string[] {
  const { kind, name, bytes, bytesOut, tensors, parameters, isApproximate, bases = [] } = inspection;
  const size =
    bytesOut === undefined ? formatBytes(bytes) : `${formatChange(bytes, bytesOut)} · ${formatSaving(bytes, bytesOut)}`;
  const counts = `${formatNumber(tensors.length, 'tensor')} · ${formatNumber(parameters, 'parameter')}`;
  return [
    `${colors.bold(escapeUnsafe(name))}  ${kind} · ${size} · ${counts}`,
    ...(isApproximate ? [colors.yellow('~ Approximate: it restores to near weights, not to the original')] : []),
    ...bases.map(({ name: base, sha256 }) => `Restoring it takes the base ${escapeUnsafe(base)}, sha256 ${sha256}`),
  ];
}

function fileLines({ files }: Inspection): readonly string[] {
  const faults = files.flatMap(({ name, fault }) =>
    fault === undefined ? [] : [colors.yellow(`${escapeUnsafe(name)}: ${escapeUnsafe(fault)}`)],
  );
  const rows = files.map(({ name, format, bytes, tensors }) => [
    fitName(name, nameWidth),
    format,
    formatBytes(bytes),
    formatCount(tensors),
  ]);
  return [...tableLines([{ title: 'file' }, { title: 'format' }, right('size'), right('tensors')], rows), ...faults];
}

function dtypeLines({ dtypes }: Inspection): readonly string[] {
  if (dtypes.length === 0) return [];
  const rows = dtypes.map(({ dtype, tensors, bytes }) => [
    escapeUnsafe(dtype),
    formatCount(tensors),
    formatBytes(bytes),
  ]);
  return tableLines([{ title: 'dtype' }, right('tensors'), right('size')], rows);
}

function metadataLines({ metadata }: Inspection, all: boolean): readonly string[] {
  const entries = Object.entries(metadata);
  const shown = all ? entries : entries.slice(0, shownMetadata);
  const lines = shown.map(
    ([key, value]) => `${fitName(key, nameWidth)}: ${all ? escapeUnsafe(value) : fitName(value, valueWidth)}`,
  );
  return lines.concat(moreLine(entries.length - shown.length));
}

function tensorLines({ kind, tensors }: Inspection, all: boolean): readonly string[] {
  if (tensors.length === 0) return [];
  const shown = all
    ? tensors
    : tensors.toSorted((one, other) => other.byteLength - one.byteLength).slice(0, shownTensors);
  const archived: readonly Column[] = kind === 'archive' ? [right('archived'), { title: 'codec' }] : [];
  const columns = [{ title: 'tensor' }, { title: 'dtype' }, { title: 'shape' }, right('size'), ...archived];
  const lines = tableLines(
    columns,
    shown.map((tensor) => tensorCells(tensor, kind, all)),
  );
  return lines.concat(moreLine(tensors.length - shown.length));
}

function tensorCells(tensor: InspectedTensor, kind: Inspection['kind'], all: boolean): readonly string[] {
  const { name, dtype, shape, byteLength, bytesOut, codec } = tensor;
  return [
    all ? escapeUnsafe(name) : fitName(name, nameWidth),
    escapeUnsafe(dtype),
    shape.length === 0 ? 'scalar' : shape.join('×'),
    formatBytes(byteLength),
    ...(kind === 'archive' ? [bytesOut === undefined ? '' : formatBytes(bytesOut), escapeUnsafe(codec ?? '')] : []),
  ];
}

function moreLine(left: number): readonly string[] {
  return left > 0 ? [colors.dim(`… and ${formatCount(left)} more; --all shows them`)] : [];
}

function section(title: string, lines: readonly string[]): readonly string[] {
  return lines.length === 0 ? [] : ['', colors.bold(title), ...lines.map((line) => `  ${line}`)];
}

function right(title: string): Column {
  return { title, align: 'right' };
}
