import { useElementSize } from '@mantine/hooks';
import { useId, useMemo, useState, type KeyboardEvent } from 'react';
import { visibleText } from '../../text/visible.ts';
import { fitsSecondLine, fittingEnding, fittingLabel } from './label.ts';
import { layOutTreemap, type Box, type MapGroup } from './layout.ts';
import { neighbour, type Direction } from './neighbour.ts';
import classes from './Treemap.module.css';

/** How one tile is painted: the lower share of it in a colour, the rest empty; a second, lighter share above the first. */
export interface TileFill {
  readonly color: string;
  /** From 0 to 1. */
  readonly share: number;
  /** From `share` to 1: what is on its way, hatched. */
  readonly soon?: number;
}

interface TreemapProps<Tile> {
  readonly title: string;
  readonly description: string;
  readonly groups: readonly MapGroup<Tile>[];
  readonly size: (tile: Tile) => number;
  readonly name: (tile: Tile) => string;
  /** A short second line, mostly the size. */
  readonly detail: (tile: Tile) => string;
  /** All that is told when a tile is pointed at. */
  readonly tell: (tile: Tile) => string;
  readonly fill: (tile: Tile) => TileFill;
  readonly onSelect?: (tile: Tile) => void;
  readonly isMarked?: (tile: Tile) => boolean;
  readonly height: number;
}

/**
 * Tiles whose area is their size. Drawn as one path for each colour, so that two thousand cost as much as twenty; arrow
 * keys go from tile to tile and Enter opens one. Its twin for those who do not see it is a table beside it.
 */
export function Treemap<Tile>(props: TreemapProps<Tile>) {
  const { title, description, groups, size, name, detail, tell, fill, onSelect, isMarked, height } = props;
  const { ref, width } = useElementSize<HTMLDivElement>();
  const id = useId();
  const [current, setCurrent] = useState(0);
  const [pointed, setPointed] = useState<number>();
  const [isFocused, setFocused] = useState(false);
  const layout = useMemo(() => layOutTreemap(groups, size, width, height), [groups, size, width, height]);
  const { tiles } = layout;
  const labels = useMemo(
    () =>
      tiles.flatMap((placed, index) => {
        const label = fittingLabel(visibleText(name(placed.tile)), placed);
        return label === undefined ? [] : [{ index, label, placed, second: detail(placed.tile) }];
      }),
    [tiles, name, detail],
  );
  const painted = useMemo(() => [...paths(tiles, fill, `url(#${id}-soon)`)], [tiles, fill, id]);
  const shown = pointed ?? (isFocused ? current : undefined);
  const placed = shown === undefined ? undefined : tiles[shown];

  const pointAt = ({ nativeEvent: { offsetX: x, offsetY: y } }: { readonly nativeEvent: MouseEvent }) => {
    const found = tiles.findIndex((box) => contains(box, x, y));
    return found < 0 ? undefined : found;
  };
  const select = (index: number | undefined) => {
    const chosen = index === undefined ? undefined : tiles[index];
    if (index === undefined || chosen === undefined) return;
    setCurrent(index);
    onSelect?.(chosen.tile);
  };
  const onKeyDown = (event: KeyboardEvent) => {
    const next = step(tiles, current, event.key);
    if (next !== undefined) setCurrent(next);
    else if (event.key === 'Enter') select(current);
    else return;
    event.preventDefault();
    event.stopPropagation();
  };
  return (
    <div ref={ref} className={classes.place} style={{ height }}>
      {width > 0 && (
        <svg
          role="img"
          aria-labelledby={`${id}-title ${id}-text`}
          width={width}
          height={height}
          className={classes.map}
        >
          <title id={`${id}-title`}>{title}</title>
          <desc id={`${id}-text`}>{description}</desc>
          <defs>
            <pattern id={`${id}-soon`} width="6" height="6" patternUnits="userSpaceOnUse" patternTransform="rotate(45)">
              <rect width="2.5" height="6" className={classes.hatch} />
            </pattern>
          </defs>
          {painted.map(([color, path]) => (
            <path key={color} d={path} style={{ fill: color }} />
          ))}
          {layout.groups.map(
            (group) => group.hasHeader && <Header key={`${group.name} ${group.x} ${group.y}`} {...group} />,
          )}
          {isMarked && <path d={outline(tiles.filter(({ tile }) => isMarked(tile)))} className={classes.marked} />}
          {labels.map(({ index, label, placed: { x, y, ...box }, second }) => (
            <text key={index} x={x + 5} y={y + 14} className={classes.label}>
              {label}
              {fitsSecondLine(second, { x, y, ...box }) && (
                <tspan x={x + 5} dy={14} className={classes.second}>
                  {second}
                </tspan>
              )}
            </text>
          ))}
          {placed !== undefined && <path d={outline([placed])} className={classes.current} />}
        </svg>
      )}
      <div
        role="application"
        aria-roledescription="map of tensors"
        aria-label={`${title}. Arrow keys go from one to the next, Enter tells more.`}
        tabIndex={0}
        className={classes.surface}
        onFocus={() => setFocused(true)}
        onBlur={() => setFocused(false)}
        onKeyDown={onKeyDown}
        onMouseMove={(event) => setPointed(pointAt(event))}
        onMouseLeave={() => setPointed(undefined)}
        onClick={(event) => select(pointAt(event))}
      />
      {placed !== undefined && (
        <div className={classes.tip} style={tipPlace(placed, width, height)}>
          {tell(placed.tile)}
        </div>
      )}
      <p role="status" className="sr-only">
        {isFocused && tiles[current] !== undefined && tell(tiles[current].tile)}
      </p>
    </div>
  );
}

function Header({ name, x, y, width }: Box & { readonly name: string }) {
  const label = fittingEnding(visibleText(name), width);
  return label === undefined ? null : (
    <text x={x + 1} y={y + 13} className={classes.header}>
      {label}
    </text>
  );
}

function step(tiles: readonly Box[], current: number, key: string): number | undefined {
  if (key === 'Home') return 0;
  if (key === 'End') return tiles.length - 1;
  if (!key.startsWith('Arrow')) return undefined;
  return neighbour(tiles, current, key as Direction) ?? current;
}

function contains({ x, y, width, height }: Box, atX: number, atY: number): boolean {
  return atX >= x && atX < x + width && atY >= y && atY < y + height;
}

/** One path for each paint: the empty tiles first, then what is filled. */
function paths<Tile>(
  tiles: readonly (Box & { readonly tile: Tile })[],
  fill: (tile: Tile) => TileFill,
  hatch: string,
): ReadonlyMap<string, string> {
  const found = new Map([['var(--fw-empty)', outline(tiles)]]);
  const add = (paint: string, box: Box) => found.set(paint, (found.get(paint) ?? '') + rectangle(box));
  for (const { tile, x, y, width, height } of tiles) {
    const { color, share, soon = share } = fill(tile);
    const filled = height * Math.min(1, Math.max(0, share));
    if (filled > 0) add(color, { x, y: y + height - filled, width, height: filled });
    const coming = height * Math.min(1, soon) - filled;
    if (coming > 0) add(hatch, { x, y: y + height - filled - coming, width, height: coming });
  }
  return found;
}

function outline(boxes: readonly Box[]): string {
  return boxes.map(rectangle).join('');
}

function rectangle({ x, y, width, height }: Box): string {
  return `M${x.toFixed(1)} ${y.toFixed(1)}h${width.toFixed(1)}v${height.toFixed(1)}h${(-width).toFixed(1)}z`;
}

function tipPlace({ x, y, width: tileWidth, height: tileHeight }: Box, width: number, height: number) {
  const isLow = y + tileHeight > height - 48;
  return {
    left: Math.max(0, Math.min(x + tileWidth / 2 - 120, width - 260)),
    ...(isLow ? { bottom: height - y + 4 } : { top: y + tileHeight + 4 }),
  };
}
