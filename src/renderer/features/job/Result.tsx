import { IconCheck } from '../../components/icons.ts';
import type { Receipt } from '../../../contract/jobs.ts';
import { Exact } from '../../components/Exact.tsx';
import { Facts } from '../../components/Facts.tsx';
import figures from '../../components/figures.module.css';
import { Hash } from '../../components/Hash.tsx';
import { Screen } from '../../components/Screen.tsx';
import { bytesText, changeText, countedText, countText, durationText, exactBytesText } from '../../text/amounts.ts';
import { visibleText } from '../../text/visible.ts';
import { findingWords, proofWords } from './proof-words.ts';
import classes from './Result.module.css';
import { ResultActions } from './ResultActions.tsx';
import { SizeBars } from './SizeBars.tsx';

/** What came out of a job, and what was proved of it. */
export function Result({ name, receipt }: { readonly name: string; readonly receipt: Receipt }) {
  const { command, bytesIn, bytesOut, sha256, output, seconds, threads, machine, engine, notices } = receipt;
  return (
    <Screen title={name} path={output ?? receipt.input} mark={<Exact />}>
      <section aria-label="Result">
        {command === 'compress' && (
          <p className={figures.large} title={exactBytesText(bytesOut)}>
            {changeText(bytesIn, bytesOut)}
          </p>
        )}
        <p role="status" className={classes.finding}>
          {findingWords(receipt)}
        </p>
      </section>
      {command === 'compress' && <SizeBars before={bytesIn} after={bytesOut} />}
      <section>
        <h2>What was proved</h2>
        <ol className={classes.proof}>
          {proofWords(receipt).map((words) => (
            <li key={words}>
              <IconCheck size={16} stroke={2} aria-hidden />
              {words}
            </li>
          ))}
        </ol>
      </section>
      <ResultActions receipt={receipt} />
      <Facts
        facts={[
          [receipt.files.length > 1 ? 'sha256 of all files' : 'sha256', <Hash key="hash" value={sha256} />],
          ['Original', exactBytesText(command === 'restore' ? bytesOut : bytesIn)],
          ['Archive', exactBytesText(command === 'restore' ? bytesIn : bytesOut)],
          ...(receipt.tensors > 0 ? [['Tensors', tensorWords(receipt)] as const] : []),
          ...(receipt.preset === undefined ? [] : [['Preset', receipt.preset] as const]),
          ['Time', `${durationText(seconds)} with ${countedText(threads, 'thread')}, ${bytesText(rate(receipt))}/s`],
          ['Machine', `${visibleText(machine)} · engine ${engine}`],
          ...notices.map((notice, index) => [`Note ${index + 1}`, visibleText(notice)] as const),
        ]}
      />
    </Screen>
  );
}

function tensorWords({ tensors, repeated }: Receipt): string {
  return repeated === 0 ? countText(tensors) : `${countText(tensors)}, of which ${countText(repeated)} repeat others`;
}

function rate({ command, bytesIn, bytesOut, seconds }: Receipt): number {
  return (command === 'restore' ? bytesOut : bytesIn) / Math.max(seconds, 0.001);
}
