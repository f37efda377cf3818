import type { ModelMap } from '../../../contract/models.ts';
import { countedText, percentText } from '../../text/amounts.ts';
import { visibleText } from '../../text/visible.ts';

/** What the map shows, in one sentence. */
export function mapFinding({ groups, bytes, rest }: ModelMap): string {
  const tiles = groups.flatMap((group) => group.tiles).filter(({ folded }) => folded === undefined);
  const [first, ...others] = tiles;
  if (first === undefined || bytes === 0) return 'No tensor is large enough to be seen.';
  const largest = others.reduce((most, tile) => (tile.bytes > most.bytes ? tile : most), first);
  if (others.length === 0) return `${visibleText(first.name)} is all there is.`;
  const left = rest.tensors === 0 ? '' : ` ${countedText(rest.tensors, 'tensor')} in small groups are not drawn.`;
  return `${visibleText(largest.name)} is the largest, ${percentText(largest.bytes / bytes)} of all tensors.${left}`;
}
