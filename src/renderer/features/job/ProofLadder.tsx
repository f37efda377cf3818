import type { Receipt } from '../../../contract/jobs.ts';
import { IconCheck, IconMinus } from '../../components/icons.ts';
import { Hash } from '../../components/Hash.tsx';
import classes from './ProofLadder.module.css';
import { nameWords, proofLadder } from './proof-words.ts';
import { PublishedHash } from './PublishedHash.tsx';

/** What was proved, rung by rung, and what was not. */
export function ProofLadder({ receipt }: { readonly receipt: Receipt }) {
  const rungs = proofLadder(receipt);
  const archive = receipt.command === 'compress' ? receipt.output : receipt.input;
  const after = nameWords(receipt);
  return (
    <section>
      <h2>What was proved</h2>
      <ol className={classes.ladder}>
        {rungs.map(({ title, isProved, words, sha256 }) => (
          <li key={title} className={classes.rung} data-open={!isProved || undefined}>
            {isProved ? (
              <IconCheck size={16} stroke={2} role="img" aria-label="Proved" />
            ) : (
              <IconMinus size={16} stroke={2} role="img" aria-label="Not proved" />
            )}
            <span>
              <strong>{title}.</strong> {words}
              {sha256 !== undefined && (
                <span className={classes.hash}>
                  <Hash value={sha256} />
                </span>
              )}
            </span>
          </li>
        ))}
      </ol>
      {after !== undefined && <p className={classes.after}>{after}</p>}
      {archive !== undefined && receipt.files.length === 1 && !receipt.proved.includes('published-sha256') && (
        <PublishedHash archive={archive} sha256={receipt.sha256} />
      )}
    </section>
  );
}
