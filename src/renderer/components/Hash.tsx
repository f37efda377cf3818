import { useState } from 'react';
import { usePastedHash } from '../app/PastedHash.tsx';
import classes from './Hash.module.css';

/** A sha256 in full, in groups of eight for the eye, and a button that copies it unbroken; marked when it is the one that was pasted. */
export function Hash({ value }: { readonly value: string }) {
  const [copied, setCopied] = useState(false);
  const isPasted = usePastedHash() === value;
  return (
    <span className={classes.row}>
      <code className={classes.hash} data-pasted={isPasted || undefined}>
        {value.match(/.{1,8}/g)?.join(' ')}
      </code>
      <button
        type="button"
        className={classes.copy}
        onClick={() => {
          void navigator.clipboard.writeText(value).then(() => setCopied(true));
        }}
      >
        {copied ? 'Copied' : 'Copy sha256'}
      </button>
      {isPasted && <strong>This is the one that you pasted.</strong>}
    </span>
  );
}
