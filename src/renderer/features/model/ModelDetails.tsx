import type { ModelSummary } from '../../../contract/models.ts';
import { Bytes } from '../../components/Bytes.tsx';
import { Facts } from '../../components/Facts.tsx';
import { Hash } from '../../components/Hash.tsx';
import type { TensorKey } from '../../host/models.ts';
import { visibleText } from '../../text/visible.ts';
import { DtypeBars } from './DtypeBars.tsx';
import { ModelTensors } from './ModelTensors.tsx';

interface ModelDetailsProps {
  readonly model: ModelSummary;
  readonly onSelect: (tensor: TensorKey) => void;
  readonly selected: TensorKey | undefined;
}

/** What is inside: number types, files, metadata and the tensors. */
export function ModelDetails({ model, onSelect, selected }: ModelDetailsProps) {
  const { dtypes, files, filesTotal, metadata, tensors, path } = model;
  return (
    <>
      {tensors > 0 && (
        <ModelTensors path={path} isArchive={model.kind === 'archive'} onSelect={onSelect} selected={selected} />
      )}
      {dtypes.length > 0 && <DtypeBars dtypes={dtypes} />}
      {filesTotal > 1 && (
        <section>
          <h2>Files</h2>
          <Facts
            facts={files.map(({ name, bytes, sha256 }) => [
              visibleText(name),
              <span key={name}>
                <Bytes value={bytes} /> {sha256 !== undefined && <Hash value={sha256} />}
              </span>,
            ])}
          />
          {filesTotal > files.length && <p>{filesTotal - files.length} more are not shown.</p>}
        </section>
      )}
      {metadata.length > 0 && (
        <details>
          <summary>Metadata ({metadata.length})</summary>
          <Facts facts={metadata.map(({ key, value }) => [visibleText(key), visibleText(value)])} />
        </details>
      )}
    </>
  );
}
