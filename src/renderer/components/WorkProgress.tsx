import { Button } from '@mantine/core';
import { leftText } from '../text/amounts.ts';
import { Actions } from './Actions.tsx';
import figures from './figures.module.css';
import { Meter } from './Meter.tsx';

interface WorkProgressProps {
  /** What is done now, in words. */
  readonly words: string;
  /** Of the phase. */
  readonly done: number;
  readonly total: number;
  /** Such as `3 of 40 digits`. */
  readonly amount: string;
  /** Unknown until a rate is. */
  readonly secondsLeft: number | undefined;
  readonly onStop: () => void;
  /** What stopping leaves behind. */
  readonly after: string;
}

/** Work that goes on: how far its phase is, and the way to stop it. */
export function WorkProgress({ words, done, total, amount, secondsLeft, onStop, after }: WorkProgressProps) {
  const share = total === 0 ? 0 : Math.min(1, done / total);
  const left = secondsLeft === undefined ? '' : `${leftText(secondsLeft)} of this step`;
  return (
    <>
      <section aria-label="Progress">
        <p className={figures.large}>{Math.floor(share * 100)} %</p>
        <p className={figures.quiet}>{[words, amount, left].filter(Boolean).join(' · ')}</p>
      </section>
      <Meter share={share} label={words} />
      <p role="status" className="sr-only">
        {`${words}, ${Math.floor(share * 4) * 25} % done`}
      </p>
      <Actions>
        <Button variant="default" onClick={onStop}>
          Stop
        </Button>
        <span>{after}</span>
      </Actions>
    </>
  );
}
