import type { ModelSummary } from '../../../contract/models.ts';
import figures from '../../components/figures.module.css';
import { bytesText, changeText, countedText, exactBytesText } from '../../text/amounts.ts';

/** The one large number of the screen, and what it is made of. */
export function Headline({ model }: { readonly model: ModelSummary }) {
  const { bytes, bytesOut, tensors, parameters, filesTotal, files } = model;
  const formats = [...new Set(files.map(({ format }) => (format === 'bytes' ? 'stored as bytes' : format)))].join(', ');
  const counted = `${countedText(tensors, 'tensor')} · ${countedText(parameters, 'parameter')}`;
  return (
    <section aria-label="Size">
      <p className={figures.large} title={exactBytesText(bytesOut ?? bytes)}>
        {bytesText(bytesOut ?? bytes)}
      </p>
      <p className={figures.quiet}>
        {bytesOut !== undefined && `${bytesText(bytes)} restored · ${changeText(bytes, bytesOut)} · `}
        {tensors > 0 && `${counted} · `}
        {filesTotal === 1 ? formats : `${countedText(filesTotal, 'file')} · ${formats}`}
      </p>
    </section>
  );
}
