import { useState } from 'react';
import classes from './Hash.module.css';

/** A sha256 in full, in groups of eight for the eye, and a button that copies it unbroken. */
export function Hash({ value }: { readonly value: string }) {
  const [copied, setCopied] = useState(false);
  return (
    <span className={classes.row}>
      <code className={classes.hash}>{value.match(/.{1,8}/g)?.join(' ')}</code>
      <button
        type="button"
        className={classes.copy}
        onClick={() => {
          void navigator.clipboard.writeText(value).then(() => setCopied(true));
        }}
      >
        {copied ? 'Copied' : 'Copy sha256'}
      </button>
    </span>
  );
}
