import { useMediaQuery } from '@mantine/hooks';
import { useCallback, useMemo } from 'react';
import type { MapTile, ModelMap } from '../../../contract/models.ts';
import { Treemap, type TileFill } from '../../components/treemap/Treemap.tsx';
import { bytesText, percentText } from '../../text/amounts.ts';
import { visibleText } from '../../text/visible.ts';
import { tileName } from '../model/ModelMap.tsx';
import { tileProgress } from './tile-progress.ts';

/** The same map as before, filling in the order of the file. */
export function WorkingMap({ map, share }: { readonly map: ModelMap; readonly share: number }) {
  const isNarrow = useMediaQuery('(max-width: 720px)');
  // The picture moves by whole thousandths, not with each of ten events a second.
  const step = Math.floor(share * 1000) / 1000;
  const progress = useMemo(() => tileProgress(step), [step]);
  const fill = useCallback(
    (tile: MapTile): TileFill => {
      const done = progress(tile);
      return { color: 'var(--fw-done)', share: done, soon: done > 0 && done < 1 ? 1 : done };
    },
    [progress],
  );
  const tell = useCallback(
    (tile: MapTile) => `${visibleText(tileName(tile))}\n${bytesText(tile.bytes)} · ${percentText(progress(tile))} done`,
    [progress],
  );
  return (
    <Treemap
      title="Tensors at work"
      description={`${percentText(step)} of the bytes are done.`}
      groups={map.groups}
      size={sizeOf}
      name={tileName}
      detail={sizeWords}
      tell={tell}
      fill={fill}
      height={isNarrow ? 220 : 260}
    />
  );
}

function sizeOf({ bytes }: MapTile): number {
  return bytes;
}

function sizeWords({ bytes }: MapTile): string {
  return bytesText(bytes);
}
