import type { ModelSummary } from '../../../contract/models.ts';
import { Bytes } from '../../components/Bytes.tsx';
import { Facts } from '../../components/Facts.tsx';
import { visibleText } from '../../text/visible.ts';
import { DtypeBars } from './DtypeBars.tsx';
import { TensorTable } from './TensorTable.tsx';

/** What is inside: number types, files, metadata and the tensors. */
export function ModelDetails({ model }: { readonly model: ModelSummary }) {
  const { dtypes, files, filesTotal, metadata, tensors, path } = model;
  return (
    <>
      {dtypes.length > 0 && <DtypeBars dtypes={dtypes} />}
      {filesTotal > 1 && (
        <section>
          <h2>Files</h2>
          <Facts facts={files.map(({ name, bytes }) => [visibleText(name), <Bytes key={name} value={bytes} />])} />
          {filesTotal > files.length && <p>{filesTotal - files.length} more are not shown.</p>}
        </section>
      )}
      {metadata.length > 0 && (
        <details>
          <summary>Metadata ({metadata.length})</summary>
          <Facts facts={metadata.map(({ key, value }) => [visibleText(key), visibleText(value)])} />
        </details>
      )}
      {tensors > 0 && <TensorTable path={path} />}
    </>
  );
}
