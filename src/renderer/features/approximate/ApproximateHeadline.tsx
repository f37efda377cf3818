import type { ModelSummary } from '../../../contract/models.ts';
import figures from '../../components/figures.module.css';
import type { useRecipeEstimate } from '../../host/approximations.ts';
import { bytesText, changeText, exactBytesText, percentText } from '../../text/amounts.ts';
import { bitsText } from '../../text/bits.ts';
import classes from '../model/EstimateHeadline.module.css';
import { contentWords } from '../model/Headline.tsx';

interface ApproximateHeadlineProps {
  readonly model: ModelSummary;
  /** What it would come to, from really approximating samples. */
  readonly estimate: ReturnType<typeof useRecipeEstimate>;
}

/** What the recipe would come to. */
export function ApproximateHeadline({ model, estimate }: ApproximateHeadlineProps) {
  const { bytes } = model;
  const { data, error, isPlaceholderData } = estimate;
  return (
    <section aria-label="Size">
      <p className={classes.line}>
        <span className={figures.large} title={exactBytesText(data?.bytesOut ?? bytes)}>
          {data === undefined ? bytesText(bytes) : `~ ${bytesText(data.bytesOut)}`}
        </span>
        {data !== undefined && (
          <span className={classes.from}>
            {`from ${bytesText(bytes)} · ${changeText(bytes, data.bytesOut)} · ${bitsText(data.bitsPerWeight)} bits a weight`}
          </span>
        )}
      </p>
      <p className={figures.quiet}>{contentWords(model)}</p>
      <p className={figures.quiet} role="status">
        {data === undefined && error === null && 'Approximating a sample of it …'}
        {data !== undefined &&
          (isPlaceholderData
            ? 'Approximating a sample as it is chosen now …'
            : `From approximating samples. Weights would change by ${percentText(data.relativeError)}; what the model then answers has to be measured.`)}
        {error !== null && `What it would come to could not be told: ${error.message}`}
      </p>
    </section>
  );
}
