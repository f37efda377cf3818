import { Button } from '@mantine/core';
import type { JobRequest } from '../../../contract/jobs.ts';
import type { ModelSummary } from '../../../contract/models.ts';
import { Actions } from '../../components/Actions.tsx';
import { Exact } from '../../components/Exact.tsx';
import { Failure } from '../../components/Failure.tsx';
import { Hash } from '../../components/Hash.tsx';
import { Screen } from '../../components/Screen.tsx';
import { useStartJob } from '../../host/queries.ts';
import { Headline } from './Headline.tsx';
import { ModelDetails } from './ModelDetails.tsx';
import { restoreRequest } from './restore-request.ts';

/** An archive that was opened: what it restores to, and the two things to do with it. */
export function ArchiveView({ model }: { readonly model: ModelSummary }) {
  const start = useStartJob();
  const [only] = model.filesTotal === 1 ? model.files : [];
  const startJob = (request: JobRequest) => () => start.mutate(request);
  return (
    <Screen title={model.name} path={model.path} mark={<Exact />}>
      <Headline model={model} />
      {only?.sha256 !== undefined && (
        <p>
          Restores {only.name} with sha256 <Hash value={only.sha256} />
        </p>
      )}
      <Actions>
        <Button onClick={startJob(restoreRequest(model.path, model.files))}>Restore the original</Button>
        <Button variant="default" onClick={startJob({ command: 'verify', archive: model.path })}>
          Verify
        </Button>
        <span>Restoring writes into a folder “restored” beside the archive.</span>
      </Actions>
      {start.error && <Failure error={start.error} />}
      <ModelDetails model={model} />
    </Screen>
  );
}
