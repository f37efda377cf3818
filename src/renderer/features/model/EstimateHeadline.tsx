import type { Estimate, ModelSummary } from '../../../contract/models.ts';
import figures from '../../components/figures.module.css';
import { useSampled } from '../../host/models.ts';
import { bytesText, exactBytesText } from '../../text/amounts.ts';
import classes from './EstimateHeadline.module.css';
import { estimateWords } from './estimate-words.ts';
import { contentWords } from './Headline.tsx';

interface EstimateHeadlineProps {
  readonly model: ModelSummary;
  readonly estimate: Estimate | undefined;
  readonly isEstimating: boolean;
  readonly preset: string;
}

/** What the model would come to, with its range; the places are kept while the sample is coded, so that nothing jumps. */
export function EstimateHeadline({ model, estimate, isEstimating, preset }: EstimateHeadlineProps) {
  const { bytes, path } = model;
  const { data: sampled } = useSampled(path);
  const chosen = estimate?.presets.find((entry) => entry.preset === preset);
  const words = chosen && estimateWords(bytes, chosen);
  return (
    <section aria-label="Size">
      <p className={classes.line}>
        <span className={figures.large} title={exactBytesText(chosen?.bytesOut ?? bytes)}>
          {words?.size ?? bytesText(bytes)}
        </span>
        {words !== undefined && <span className={classes.from}>{words.from}</span>}
      </p>
      <p className={figures.quiet}>{contentWords(model)}</p>
      <p className={figures.quiet} role="status">
        {estimate === undefined && isEstimating && sampledWords(sampled?.sampledBytes)}
        {estimate !== undefined && roomWords(estimate)}
      </p>
    </section>
  );
}

function sampledWords(sampledBytes: number | undefined): string {
  return sampledBytes === undefined
    ? 'Coding a sample of it …'
    : `Coding a sample of it: ${bytesText(sampledBytes)} so far …`;
}

function roomWords({ sampledBytes, bytes, memoryBytes, disk }: Estimate): string {
  const sample = sampledBytes >= bytes ? 'From coding all of it' : `From coding ${bytesText(sampledBytes)} of it`;
  return `${sample}. Needs ${bytesText(memoryBytes)} of memory, and ${bytesText(disk.needed)} of the ${bytesText(disk.free)} that are free on the drive.`;
}
