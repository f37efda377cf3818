import type { ExportReceipt } from '../../../contract/exports.ts';
import { Approximate } from '../../components/Approximate.tsx';
import { Bytes } from '../../components/Bytes.tsx';
import { Exact } from '../../components/Exact.tsx';
import { Facts } from '../../components/Facts.tsx';
import figures from '../../components/figures.module.css';
import { Hash } from '../../components/Hash.tsx';
import { Screen } from '../../components/Screen.tsx';
import { useCatalog } from '../../host/settings.ts';
import { bytesText, changeText, countedText, durationText, exactBytesText } from '../../text/amounts.ts';
import { visibleText } from '../../text/visible.ts';
import { SizeBars } from '../job/SizeBars.tsx';
import { errorText, isExact, loadTestWords, loadWords } from './export-words.ts';
import { ExportActions } from './ExportActions.tsx';
import { ExportedTensors } from './ExportedTensors.tsx';
import { Ticks } from './Ticks.tsx';

interface ExportResultProps {
  readonly id: string;
  readonly name: string;
  readonly receipt: ExportReceipt;
}

/** What an export wrote, who has loaded it, how to load it, and what became of the weights. */
export function ExportResult({ id, name, receipt }: ExportResultProps) {
  const { target, output, weightsIn, weightsOut, ticks, kinds, notices, carried } = receipt;
  const { data: catalog } = useCatalog();
  const title = catalog?.exports.find((known) => known.id === target)?.title ?? target;
  const exact = isExact(receipt);
  return (
    <Screen title={`${name}, ${title}`} path={output} mark={exact ? <Exact /> : <Approximate />}>
      <section aria-label="Result">
        <p className={figures.large} title={exactBytesText(weightsOut)}>
          {`${exact ? '' : '~ '}${changeText(weightsIn, weightsOut)}`}
        </p>
        <p role="status">{loadTestWords(receipt)}</p>
        <Ticks ticks={ticks} />
      </section>
      <ExportActions id={id} name={name} receipt={receipt} />
      <section>
        <h2>How to load it</h2>
        <p>{loadWords(receipt)}</p>
      </section>
      <SizeBars before={weightsIn} after={weightsOut} name="New file" isApproximate={!exact} />
      <section>
        <h2>What became of the weights</h2>
        <Facts
          facts={kinds.map(({ to, why, tensors, bytesIn, bytesOut, relativeError }) => [
            visibleText(to),
            <>
              {`${countedText(tensors, 'tensor')} · ${bytesText(bytesIn)} → ${bytesText(bytesOut)} · largest error: ${errorText(relativeError)}`}
              {why !== undefined && <span className={figures.quiet}>{` · ${visibleText(why)}`}</span>}
            </>,
          ])}
        />
        {!exact && (
          <p className={figures.quiet}>
            Errors of weights say nothing yet of answers; measure its accuracy before you trust it.
          </p>
        )}
      </section>
      {notices.length > 0 && (
        <section>
          <h2>What you should know</h2>
          {notices.map((notice) => (
            <p key={notice}>{visibleText(notice)}</p>
          ))}
        </section>
      )}
      <section>
        <h2>Carried along</h2>
        <p>
          {carried.length === 0
            ? 'There was nothing beside the weights to carry.'
            : carried.map(visibleText).join(', ')}
        </p>
      </section>
      <ExportedTensors id={id} />
      <ReceiptFacts receipt={receipt} />
    </Screen>
  );
}

function ReceiptFacts({ receipt }: { readonly receipt: ExportReceipt }) {
  const { input, sha256, files, seconds, loadTest } = receipt;
  return (
    <section>
      <h2>Receipt</h2>
      <Facts
        facts={[
          ['Made of', visibleText(input)],
          ['sha256 of the model', <Hash value={sha256} />],
          ...files.map(
            ({ name, bytes, sha256: own }) =>
              [
                visibleText(name),
                <span key={name}>
                  <Bytes value={bytes} /> <Hash value={own} />
                </span>,
              ] as const,
          ),
          ['Loaded by', visibleText(loadTest.reader)],
          ['Time', durationText(seconds)],
        ]}
      />
    </section>
  );
}
