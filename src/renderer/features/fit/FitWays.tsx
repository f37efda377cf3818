import { NativeSelect, Switch } from '@mantine/core';
import type { FitRequest } from '../../../contract/fits.ts';

/** How weights are rounded, besides how small. */
export type Ways = Pick<FitRequest, 'inSequence' | 'pruning' | 'codebooks' | 'trellis'>;

type Pruned = NonNullable<Ways['pruning']>;

const orders: Readonly<Record<string, { readonly title: string; readonly way: Pick<Ways, 'inSequence'> }>> = {
  nearer: { title: 'Whichever comes nearer, in models of up to 32 million weights', way: {} },
  after: { title: 'One after another', way: { inSequence: true } },
  once: { title: 'All at once', way: { inSequence: false } },
};

function orderOf(inSequence: Ways['inSequence']): string {
  return Object.keys(orders).find((key) => orders[key]?.way.inSequence === inSequence) ?? 'nearer';
}

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
      <NativeSelect
        label="Layers are rounded"
        description="One after another, each is rounded for what rounded ones before it give, which takes some minutes more for each size."
        data={Object.entries(orders).map(([value, { title }]) => ({ value, label: title }))}
        value={orderOf(ways.inSequence)}
        onChange={({ currentTarget }) => {
          const { pruning, codebooks = false, trellis = false } = ways;
          onWays({ codebooks, trellis, ...(pruning && { pruning }), ...orders[currentTarget.value]?.way });
        }}
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
          const { codebooks = false, trellis = false } = ways;
          const order = orders[orderOf(ways.inSequence)]?.way;
          onWays({ codebooks, trellis, ...order, ...(pruning && { pruning }) });
        }}
        mb={16}
      />
    </>
  );
}
