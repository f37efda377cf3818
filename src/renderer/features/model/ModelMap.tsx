import { useMediaQuery } from '@mantine/hooks';
import { useCallback, useMemo } from 'react';
import type { MapTile, ModelMap as ModelMapData } from '../../../contract/models.ts';
import { Chart } from '../../components/chart/Chart.tsx';
import { Treemap, type TileFill } from '../../components/treemap/Treemap.tsx';
import { bytesText, countedText, percentText } from '../../text/amounts.ts';
import { bitsColor, bitsStep, bitsStepWords, bitsText } from '../../text/bits.ts';
import { visibleText } from '../../text/visible.ts';
import { dtypeColor } from './dtype-color.ts';
import { Legend } from './Legend.tsx';
import { mapFinding } from './map-finding.ts';
import { tileKey, type TileFigures } from './tile-figures.ts';

interface ModelMapProps {
  readonly map: ModelMapData;
  readonly fileName: string;
  /** Undefined as long as nothing is known of what stays. */
  readonly figures: ((tile: MapTile) => TileFigures | undefined) | undefined;
  readonly onSelect: (tile: MapTile) => void;
  readonly selected: string | undefined;
}

const nothing: (tile: MapTile) => undefined = () => undefined;

/** The map of tensors: area is bytes, and, once it is known, the filled part is what stays and its colour the bits of a weight. */
export function ModelMap({ map, fileName, figures = nothing, onSelect, selected }: ModelMapProps) {
  const isNarrow = useMediaQuery('(max-width: 720px)');
  const tiles = useMemo(() => map.groups.flatMap((group) => group.tiles), [map]);
  const hasFigures = tiles.some((tile) => figures(tile) !== undefined);
  const tell = useCallback((tile: MapTile) => tileWords(tile, figures(tile)), [figures]);
  const fill = useCallback((tile: MapTile) => tileFill(tile, figures(tile)), [figures]);
  const finding = mapFinding(map);
  const legend = hasFigures
    ? [...new Set(tiles.map((tile) => bitsStep(figures(tile)?.bitsPerWeight ?? 0)))]
        .sort((a, b) => a - b)
        .map((step) => ({ color: `var(--fw-bits-${step})`, words: bitsStepWords(step) }))
    : [...new Set(tiles.map(({ dtype }) => dtype))].map((dtype) => ({ color: dtypeTint(dtype), words: dtype }));
  return (
    <Chart
      title="Where the bytes are"
      finding={finding}
      fileName={`${fileName} map`}
      table={{
        columns: ['Tensor', 'Group', 'Type', 'Bytes', ...(hasFigures ? ['Stays', 'Bits per weight'] : [])],
        rows: map.groups.flatMap((group) =>
          group.tiles.map((tile) => {
            const known = figures(tile);
            return [
              tileName(tile),
              group.name,
              tile.dtype,
              { value: tile.bytes, text: bytesText(tile.bytes) },
              ...(known === undefined
                ? []
                : [
                    { value: known.share, text: percentText(known.share) },
                    { value: known.bitsPerWeight, text: bitsText(known.bitsPerWeight) },
                  ]),
            ];
          }),
        ),
      }}
    >
      <Treemap
        title="Map of tensors"
        description={finding}
        groups={map.groups}
        size={sizeOf}
        name={tileName}
        detail={sizeWords}
        tell={tell}
        fill={fill}
        isMarked={(tile) => selected !== undefined && tileKey(tile) === selected}
        onSelect={(tile) => {
          if (tile.folded === undefined) onSelect(tile);
        }}
        height={isNarrow ? 260 : 300}
      />
      <Legend title={hasFigures ? 'Bits per weight' : 'Number type'} entries={legend}>
        {hasFigures && 'The filled part of a tile is what stays.'}
      </Legend>
    </Chart>
  );
}

function sizeOf({ bytes }: MapTile): number {
  return bytes;
}

function sizeWords({ bytes }: MapTile): string {
  return bytesText(bytes);
}

/** A tensor's name, or how many small ones a tile stands for. */
export function tileName({ name, folded }: MapTile): string {
  return folded === undefined ? name : countedText(folded, 'small tensor');
}

function tileFill({ dtype }: MapTile, figures: TileFigures | undefined): TileFill {
  if (figures === undefined) return { color: dtypeTint(dtype), share: 1 };
  return { color: bitsColor(figures.bitsPerWeight), share: figures.share };
}

/** A number type's colour, light enough to write on. */
function dtypeTint(dtype: string): string {
  return `color-mix(in srgb, ${dtypeColor(dtype)} 32%, var(--fw-surface))`;
}

function tileWords(tile: MapTile, figures: TileFigures | undefined): string {
  const { dtype, shape, bytes } = tile;
  const facts = [dtype, ...(shape.length > 0 ? [shape.join(' × ')] : []), bytesText(bytes)].join(' · ');
  const kept =
    figures === undefined
      ? ''
      : `\n${percentText(figures.share)} stays, ${bitsText(figures.bitsPerWeight)} bits per weight`;
  return `${visibleText(tileName(tile))}\n${facts}${kept}`;
}
