import { Button } from '@mantine/core';
import { isZooBusy, type ZooRun } from '../../../contract/zoo.ts';
import { Actions } from '../../components/Actions.tsx';
import { Meter } from '../../components/Meter.tsx';
import { bytesText } from '../../text/amounts.ts';
import { visibleText } from '../../text/visible.ts';
import { paceWords, runWords, shareOf, waitingWords } from './zoo-words.ts';
import classes from './Zoo.module.css';

interface ZooProgressProps {
  readonly run: ZooRun;
  readonly onStop: () => void;
}

/** What the zoo is at: the whole of it, the model in hand, and how long it takes at the pace that was measured. */
export function ZooProgress({ run, onStop }: ZooProgressProps) {
  const { model, modelDone, modelTotal, disk } = run;
  const isBusy = isZooBusy(run);
  const isWithin = isBusy && model !== undefined && modelDone !== undefined && modelTotal !== undefined;
  return (
    <section aria-label="Progress">
      {isBusy && <Meter share={shareOf(run)} label={runWords(run)} />}
      <p role="status">{runWords(run)}</p>
      {isBusy && <p className={classes.numbers}>{paceWords(run)}</p>}
      {isWithin && (
        <>
          <p className={classes.numbers}>
            {`${visibleText(model)}: ${bytesText(modelDone)} of ${bytesText(modelTotal)} proved`}
          </p>
          <Meter share={modelTotal === 0 ? 0 : modelDone / modelTotal} label={`Of ${visibleText(model)}`} />
        </>
      )}
      {disk !== undefined && <p role="alert">{waitingWords(disk)}</p>}
      {isBusy && (
        <div className={classes.buttons}>
          <Actions>
            <Button variant="default" onClick={onStop}>
              Stop
            </Button>
            <span>What is proved stays; the rest is begun again next time.</span>
          </Actions>
        </div>
      )}
    </section>
  );
}
