import type { ModelMap } from '../../../contract/models.ts';
import { countedText, percentText } from '../../text/amounts.ts';
import { visibleText } from '../../text/visible.ts';

/** What the map shows, in one sentence. */
export function mapFinding({ groups, bytes, rest }: ModelMap): string {
  const tiles = groups.flatMap((group) => group.tiles).filter(({ folded }) => folded === undefined);
  const [first, ...others] = tiles;
  const [group] = groups;
  if (group === undefined || bytes === 0) return 'There is nothing to be seen.';
  if (first === undefined)
    return `All tensors are small; ${visibleText(group.name)} is the largest group, ${percentText(group.bytes / bytes)} of them.`;
  const largest = others.reduce((most, tile) => (tile.bytes > most.bytes ? tile : most), first);
  if (others.length === 0) return `${visibleText(first.name)} is all there is.`;
  const left = rest.tensors === 0 ? '' : ` ${countedText(rest.tensors, 'tensor')} in small groups are not drawn.`;
  return `${visibleText(largest.name)} is the largest, ${percentText(largest.bytes / bytes)} of all tensors.${left}`;
}
