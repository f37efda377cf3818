import type { ModelSummary } from '../../../contract/models.ts';
import figures from '../../components/figures.module.css';
import { bytesText, changeText, countedText, exactBytesText } from '../../text/amounts.ts';

/** The one large number of the screen, and what it is made of. */
export function Headline({ model }: { readonly model: ModelSummary }) {
  const { bytes, bytesOut } = model;
  return (
    <section aria-label="Size">
      <p className={figures.large} title={exactBytesText(bytesOut ?? bytes)}>
        {bytesText(bytesOut ?? bytes)}
      </p>
      <p className={figures.quiet}>
        {bytesOut !== undefined && `${bytesText(bytes)} restored · ${changeText(bytes, bytesOut)} · `}
        {contentWords(model)}
      </p>
    </section>
  );
}

/** What is in a model, in one line. */
export function contentWords({ tensors, parameters, filesTotal, files }: ModelSummary): string {
  const formats = [...new Set(files.map(({ format }) => (format === 'bytes' ? 'stored as bytes' : format)))].join(', ');
  return [
    ...(tensors > 0 ? [countedText(tensors, 'tensor'), countedText(parameters, 'parameter')] : []),
    ...(filesTotal === 1 ? [] : [countedText(filesTotal, 'file')]),
    formats,
  ].join(' · ');
}
