import { Button } from '@mantine/core';
import { IconAlertTriangle } from './icons.ts';
import { useState, type ReactNode } from 'react';
import { visibleText } from '../text/visible.ts';
import { Actions } from './Actions.tsx';
import { failureWords, type FailureWords } from './failure-words.ts';
import classes from './Failure.module.css';

interface FailureProps {
  /** An error as data, or whatever a call was rejected with. */
  readonly error: { readonly code?: string; readonly message: string };
  /** Where the place knows better words than the code has. */
  readonly words?: FailureWords;
  readonly children?: ReactNode;
}

/** What happened, what is safe, what to do; the details can be copied, and there is no stack. */
export function Failure({ error: { code = 'INTERNAL', message }, words, children }: FailureProps) {
  const [copied, setCopied] = useState(false);
  const { title, safe, next } = words ?? failureWords(code);
  const id = `FW-${code.replaceAll('_', '-')}`;
  return (
    <section className={classes.failure} role="alert">
      <h2 className={classes.title}>
        <IconAlertTriangle size={16} aria-hidden />
        {title}
      </h2>
      <p>{visibleText(message)}</p>
      <p>{safe}</p>
      <p>{next}</p>
      <Actions>
        {children}
        <Button
          variant="default"
          onClick={() => {
            void navigator.clipboard.writeText(`${id}: ${message}`).then(() => setCopied(true));
          }}
        >
          {copied ? 'Copied' : 'Copy details'}
        </Button>
        <code className={classes.id}>{id}</code>
      </Actions>
    </section>
  );
}
