import { createContext, use, useEffect, useState, type ReactNode } from 'react';
import { Link } from 'wouter';
import { LinkButton } from '../components/LinkButton.tsx';
import { useConnection } from '../host/connection.tsx';
import { findSha256 } from '../text/sha256.ts';
import { visibleText } from '../text/visible.ts';
import classes from './PastedHash.module.css';

const PastedHashContext = createContext<string | undefined>(undefined);
const runsLookedThrough = 1000;

/** The sha256 that was pasted last, for whoever shows one that may be it. */
export function usePastedHash(): string | undefined {
  return use(PastedHashContext);
}

interface Found {
  readonly hash: string;
  readonly run?: { readonly id: string; readonly name: string };
}

/** Pasting a sha256 anywhere but into a field tells which finished file has it, and marks it where it stands on the screen. */
export function PastedHashProvider({ children }: { readonly children: ReactNode }) {
  const { host } = useConnection();
  const [found, setFound] = useState<Found>();
  useEffect(() => {
    const paste = (event: ClipboardEvent) => {
      if (event.target instanceof Element && event.target.closest('input, textarea') !== null) return;
      const hash = findSha256(event.clipboardData?.getData('text') ?? '');
      if (hash === undefined) return;
      void host
        .call('runs.list', { limit: runsLookedThrough })
        .catch(() => ({ runs: [] }))
        .then(({ runs }) => {
          const run = runs.find(
            ({ receipt }) => receipt.sha256 === hash || receipt.files.some(({ sha256 }) => sha256 === hash),
          );
          setFound(run === undefined ? { hash } : { hash, run });
        });
    };
    document.addEventListener('paste', paste);
    return () => document.removeEventListener('paste', paste);
  }, [host]);
  return (
    <PastedHashContext value={found?.hash}>
      {found !== undefined && (
        <p role="status" className={classes.found}>
          <span>
            {found.run === undefined ? (
              'No result here has the sha256 that you pasted. Where it stands on this screen, it is marked.'
            ) : (
              <>
                The sha256 that you pasted is that of{' '}
                <Link href={`/run/${found.run.id}`}>{visibleText(found.run.name)}</Link>.
              </>
            )}
          </span>
          <LinkButton onClick={() => setFound(undefined)}>Dismiss</LinkButton>
        </p>
      )}
      {children}
    </PastedHashContext>
  );
}
