import type { Receipt } from '../../../contract/jobs.ts';
import { Approximate } from '../../components/Approximate.tsx';
import { Exact } from '../../components/Exact.tsx';
import { Facts } from '../../components/Facts.tsx';
import figures from '../../components/figures.module.css';
import { Hash } from '../../components/Hash.tsx';
import { Screen } from '../../components/Screen.tsx';
import { useRun } from '../../host/runs.ts';
import {
  bytesText,
  changeText,
  countedText,
  countText,
  durationText,
  exactBytesText,
  percentText,
} from '../../text/amounts.ts';
import { visibleText } from '../../text/visible.ts';
import { ByteWaterfall } from './ByteWaterfall.tsx';
import { MeasuredFacts } from '../evaluate/MeasuredFacts.tsx';
import { HowToLoad } from './HowToLoad.tsx';
import { findingWords } from './proof-words.ts';
import { ProofLadder } from './ProofLadder.tsx';
import classes from './Result.module.css';
import { ResultActions } from './ResultActions.tsx';
import { RunTensors } from './RunTensors.tsx';
import { SizeBars } from './SizeBars.tsx';

interface ResultProps {
  /** Of the run, and of the job that made it. */
  readonly id: string;
  readonly name: string;
  readonly receipt: Receipt;
}

/** What came out of a job, where the bytes went, and what was proved. */
export function Result({ id, name, receipt }: ResultProps) {
  const { command, bytesIn, bytesOut, output } = receipt;
  const { data: details } = useRun(id);
  const isCompress = command === 'compress';
  const isApproximate = receipt.approximation !== undefined;
  const hasWaterfall = details !== undefined && details.waterfall.length > 0;
  return (
    <Screen title={name} path={output ?? receipt.input} mark={isApproximate ? <Approximate /> : <Exact />}>
      <section aria-label="Result">
        {isCompress && (
          <p className={figures.large} title={exactBytesText(bytesOut)}>
            {bytesOut < bytesIn ? `${isApproximate ? '~ ' : ''}${changeText(bytesIn, bytesOut)}` : 'Already dense'}
          </p>
        )}
        <p role="status" className={classes.finding}>
          {findingWords(receipt)}
        </p>
      </section>
      <ResultActions id={id} name={name} receipt={receipt} />
      {isCompress &&
        (hasWaterfall ? (
          <ByteWaterfall steps={details.waterfall} fileName={name} />
        ) : (
          <SizeBars before={bytesIn} after={bytesOut} />
        ))}
      <ProofLadder receipt={receipt} />
      {isCompress && output !== undefined && <HowToLoad archive={output} isApproximate={isApproximate} />}
      {details !== undefined && <MeasuredFacts evaluations={details.evaluations} />}
      <ReceiptFacts receipt={receipt} />
      {details !== undefined && details.codecs.length > 0 && (
        <section>
          <h2>What was used</h2>
          <Facts
            facts={details.codecs.map(({ codec, tensors, bytesIn: before, bytesOut: after }) => [
              visibleText(codec),
              `${countedText(tensors, 'tensor')} · ${bytesText(before)} → ${bytesText(after)} · ${changeText(before, after)}`,
            ])}
          />
        </section>
      )}
      {details !== undefined && isCompress && receipt.tensors > 0 && (
        <RunTensors id={id} isApproximate={isApproximate} />
      )}
    </Screen>
  );
}

function ReceiptFacts({ receipt }: { readonly receipt: Receipt }) {
  const {
    command,
    bytesIn,
    bytesOut,
    sha256,
    files,
    preset,
    seconds,
    threads,
    machine,
    engine,
    notices,
    bases = [],
  } = receipt;
  const original = command === 'restore' ? bytesOut : bytesIn;
  const archive = command === 'restore' ? bytesIn : bytesOut;
  const speed = `${bytesText(original / Math.max(seconds, 0.001))}/s`;
  return (
    <section>
      <h2>Receipt</h2>
      <Facts
        facts={[
          [files.length > 1 ? 'sha256 of all files' : 'sha256', <Hash value={sha256} />],
          ...(receipt.approximation === undefined
            ? []
            : [['sha256 of the original', <Hash key="source" value={receipt.approximation.sourceSha256} />] as const]),
          ['Original', exactBytesText(original)],
          ['Archive', `${exactBytesText(archive)}, ${percentText(archive / Math.max(1, original))} of the original`],
          ...(receipt.tensors > 0 ? [['Tensors', tensorWords(receipt)] as const] : []),
          ...bases.map(
            ({ name, sha256: digest }) => [`Needs ${visibleText(name)}`, <Hash key={digest} value={digest} />] as const,
          ),
          ...(preset === undefined ? [] : [['Preset', preset] as const]),
          ['Time', `${durationText(seconds)} with ${countedText(threads, 'thread')}, ${speed}`],
          ...(receipt.peakRssBytes === undefined
            ? []
            : [['Memory', `${bytesText(receipt.peakRssBytes)} at its peak`] as const]),
          ['Machine', `${visibleText(machine)} · engine ${engine}`],
          ...notices.map((notice, index) => [`Note ${index + 1}`, visibleText(notice)] as const),
        ]}
      />
    </section>
  );
}

function tensorWords({ tensors, repeated }: Receipt): string {
  return repeated === 0 ? countText(tensors) : `${countText(tensors)}, of which ${countText(repeated)} repeat others`;
}
