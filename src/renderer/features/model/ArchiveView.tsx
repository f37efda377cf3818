import { Button } from '@mantine/core';
import { useMemo, useState } from 'react';
import { Link } from 'wouter';
import type { JobRequest } from '../../../contract/jobs.ts';
import type { ModelSummary } from '../../../contract/models.ts';
import { useShortcut } from '../../app/use-shortcut.ts';
import { Actions } from '../../components/Actions.tsx';
import { Approximate } from '../../components/Approximate.tsx';
import { Exact } from '../../components/Exact.tsx';
import { Failure } from '../../components/Failure.tsx';
import { Hash } from '../../components/Hash.tsx';
import { Screen } from '../../components/Screen.tsx';
import { useStartJob } from '../../host/jobs.ts';
import { useModelMap } from '../../host/models.ts';
import { exportLink } from '../../text/links.ts';
import { visibleText } from '../../text/visible.ts';
import { Headline } from './Headline.tsx';
import { ModelDetails } from './ModelDetails.tsx';
import { ModelMap } from './ModelMap.tsx';
import { NeededBases } from './NeededBases.tsx';
import { restoreRequest, verifyRequest } from './restore-request.ts';
import { TensorInspector } from './TensorInspector.tsx';
import { storedFigures, tileKey } from './tile-figures.ts';
import { useBits } from './use-bits.ts';
import { useSelection } from './use-selection.ts';

/** An archive that was opened: what it restores to, and the two things to do with it. */
export function ArchiveView({ model }: { readonly model: ModelSummary }) {
  const start = useStartJob();
  const map = useModelMap(model.path, model.tensors > 0);
  const bitsOf = useBits();
  const figures = useMemo(() => storedFigures(bitsOf), [bitsOf]);
  const { selected, select, close } = useSelection();
  const isApproximate = model.isApproximate === true;
  const [only] = model.filesTotal === 1 ? model.files : [];
  const [base, setBase] = useState('');
  const bases = base === '' ? [] : [base];
  const restore = restoreRequest(model.path, model.files, bases);
  const startJob = (request: JobRequest) => () => start.mutate(request);
  useShortcut('start', startJob(restore));
  return (
    <Screen title={model.name} path={model.path} mark={isApproximate ? <Approximate /> : <Exact />}>
      <Headline model={model} />
      {only?.sha256 !== undefined && (
        <p>
          Restores {visibleText(only.name)} with sha256 <Hash value={only.sha256} />
        </p>
      )}
      {model.bases !== undefined && <NeededBases bases={model.bases} value={base} onChange={setBase} />}
      <Actions>
        <Button onClick={startJob(restore)}>
          {isApproximate ? 'Restore the approximated model' : 'Restore the original'}
        </Button>
        <Button variant="default" onClick={startJob(verifyRequest(model.path, bases))}>
          Verify
        </Button>
        <Button variant="default" component={Link} href={exportLink(model.path)}>
          Export for another program
        </Button>
        <span>Restoring writes into a folder “restored” beside the archive.</span>
      </Actions>
      {start.error && <Failure error={start.error} />}
      {map.data !== undefined && map.data.groups.length > 0 && (
        <ModelMap
          map={map.data}
          fileName={model.name}
          figures={figures}
          onSelect={select}
          selected={selected && tileKey(selected)}
        />
      )}
      <ModelDetails model={model} onSelect={select} selected={selected} />
      {selected !== undefined && <TensorInspector path={model.path} tensor={selected} onClose={close} />}
    </Screen>
  );
}
