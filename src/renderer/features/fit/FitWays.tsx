import { NativeSelect, Switch } from '@mantine/core';
import type { FitRequest } from '../../../contract/fits.ts';

/** How weights are rounded, besides how small. */
export type Ways = Pick<FitRequest, 'inSequence' | 'pruning' | 'codebooks' | 'trellis'>;

type Pruned = NonNullable<Ways['pruning']>;

const patterns: Readonly<Record<string, { readonly title: string; readonly pruning: Pruned | undefined }>> = {
  none: { title: 'None but by rounding', pruning: undefined },
  '2:4': { title: 'Two of each four inputs', pruning: { ofEach: 4 } },
  '4:8': { title: 'Four of each eight inputs', pruning: { ofEach: 8 } },
  third: { title: 'About 30 %, wherever they cost least', pruning: { share: 0.3 } },
  half: { title: 'About 50 %, wherever they cost least', pruning: { share: 0.5 } },
};

/** What became 0, in words; nothing where nothing was asked for. */
export function pruningWords(pruning: Ways['pruning']): string | undefined {
  return pruning && patterns[patternOf(pruning)]?.title;
}

function patternOf(pruning: Ways['pruning']): string {
  const text = JSON.stringify(pruning);
  return Object.keys(patterns).find((key) => JSON.stringify(patterns[key]?.pruning) === text) ?? 'none';
}

export function FitWays({ ways, onWays }: { readonly ways: Ways; readonly onWays: (ways: Ways) => void }) {
  return (
    <>
      <Switch
        label="Layer after layer"
        description="Each is rounded for what rounded ones before it give: better where many follow each other, and some minutes more for each size."
        checked={ways.inSequence ?? false}
        onChange={({ currentTarget }) => onWays({ ...ways, inSequence: currentTarget.checked })}
        color="var(--fw-approximate)"
        mb={16}
      />
      <Switch
        label="Learned codebooks"
        description="Lines of the grid move to where layers lose least, in matrices that are better for it. Takes longer, and gained nothing on a reader of digits."
        checked={ways.codebooks ?? false}
        onChange={({ currentTarget }) => onWays({ ...ways, codebooks: currentTarget.checked })}
        color="var(--fw-approximate)"
        mb={16}
      />
      <Switch
        label="Trellis"
        description="Lines of two grids take turns, for matrices that are better for it: nearer weights at the same size. A reader of digits came out better, a detector of speech worse."
        checked={ways.trellis ?? false}
        onChange={({ currentTarget }) => onWays({ ...ways, trellis: currentTarget.checked })}
        color="var(--fw-approximate)"
        mb={16}
      />
      <NativeSelect
        label="Weights that become 0"
        description="For programs that skip them; the others make good what that loses. It makes no file of the same quality smaller."
        data={Object.entries(patterns).map(([value, { title }]) => ({ value, label: title }))}
        value={patternOf(ways.pruning)}
        onChange={({ currentTarget }) => {
          const { pruning } = patterns[currentTarget.value] ?? {};
          const { inSequence = false, codebooks = false, trellis = false } = ways;
          onWays({ inSequence, codebooks, trellis, ...(pruning && { pruning }) });
        }}
        mb={16}
      />
    </>
  );
}
