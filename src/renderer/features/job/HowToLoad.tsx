import { fileName, visibleText } from '../../text/visible.ts';

/** How programs that know no archives get at the model. */
export function HowToLoad({ archive, isApproximate }: { readonly archive: string; readonly isApproximate: boolean }) {
  const name = visibleText(fileName(archive));
  return (
    <details>
      <summary>How to load it</summary>
      <p>
        {isApproximate
          ? 'Programs read models, so restore it first: a file like the original with the new weights. '
          : 'Programs read the original, so restore it first; every byte comes back. '}
        Drop the archive here, or in a terminal:
      </p>
      <p>
        <code>{`fw restore ${name}`}</code>
      </p>
      <p>For a single tensor without the rest:</p>
      <p>
        <code>{`fw restore ${name} --tensor NAME -o tensor.bin`}</code>
      </p>
    </details>
  );
}
