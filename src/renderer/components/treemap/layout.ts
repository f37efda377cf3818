import { hierarchy, treemap, treemapSquarify } from 'd3-hierarchy';

/** A rectangle in pixels. */
export interface Box {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

export interface MapGroup<Tile> {
  readonly name: string;
  readonly tiles: readonly Tile[];
}

export interface PlacedTile<Tile> extends Box {
  readonly tile: Tile;
}

export interface PlacedGroup extends Box {
  readonly name: string;
  /** Whether there is room for its name above its tiles. */
  readonly hasHeader: boolean;
}

export interface TreemapLayout<Tile> {
  readonly tiles: readonly PlacedTile<Tile>[];
  readonly groups: readonly PlacedGroup[];
}

const headerHeight = 18;

interface Node<Tile> {
  readonly name?: string;
  readonly tile?: Tile;
  readonly children?: readonly Node<Tile>[];
}

/** Squarified tiles, area by `size`, grouped; groups and tiles largest first. Sizes below 1 count as 1, so that nothing is lost. */
export function layOutTreemap<Tile>(
  groups: readonly MapGroup<Tile>[],
  size: (tile: Tile) => number,
  width: number,
  height: number,
): TreemapLayout<Tile> {
  const hasGroups = groups.length > 1;
  const tree: Node<Tile> = {
    children: groups.map(({ name, tiles }) => ({ name, children: tiles.map((tile) => ({ tile })) })),
  };
  const root = hierarchy<Node<Tile>>(tree, ({ children }) => (children === undefined ? undefined : [...children]))
    .sum(({ tile }) => (tile === undefined ? 0 : Math.max(1, size(tile))))
    .sort((a, b) => (b.value ?? 0) - (a.value ?? 0));
  const placed = treemap<Node<Tile>>()
    .tile(treemapSquarify.ratio(1.3))
    .size([width, height])
    .paddingInner(({ depth }) => (depth === 0 && hasGroups ? 3 : 1))
    .paddingTop((node) => (hasGroups && node.depth === 1 && hasRoom(node) ? headerHeight : 0))(root);
  const box = (node: Corners) => within(node, width, height);
  return {
    tiles: placed
      .leaves()
      .flatMap((node) => (node.data.tile === undefined ? [] : [{ tile: node.data.tile, ...box(node) }])),
    groups: hasGroups
      ? (placed.children ?? []).map((node) => ({ name: node.data.name ?? '', hasHeader: hasRoom(node), ...box(node) }))
      : [],
  };
}

interface Corners {
  readonly x0: number;
  readonly y0: number;
  readonly x1: number;
  readonly y1: number;
}

function hasRoom({ x0, y0, x1, y1 }: Corners): boolean {
  return x1 - x0 >= 56 && y1 - y0 >= 56;
}

/** A node's box; what is thinner than the gaps around it may have been set beyond the edge, and is brought back. */
function within({ x0, y0, x1, y1 }: Corners, width: number, height: number): Box {
  const [x, y] = [Math.min(x0, width), Math.min(y0, height)];
  return { x, y, width: Math.max(0, Math.min(x1, width) - x), height: Math.max(0, Math.min(y1, height) - y) };
}
