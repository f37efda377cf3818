import { fileName, visibleText } from '../../text/visible.ts';

/** How programs that know no archives get at the model. */
export function HowToLoad({ archive }: { readonly archive: string }) {
  const name = visibleText(fileName(archive));
  return (
    <details>
      <summary>How to load it</summary>
      <p>
        Programs read the original, so restore it first; every byte comes back. Drop the archive here, or in a terminal:
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
