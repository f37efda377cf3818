import { Button } from '@mantine/core';
import { IconLock } from '../../components/icons.ts';
import { useState } from 'react';
import type { JobRequest } from '../../../contract/jobs.ts';
import type { ModelSummary } from '../../../contract/models.ts';
import { Actions } from '../../components/Actions.tsx';
import { Exact } from '../../components/Exact.tsx';
import { Failure } from '../../components/Failure.tsx';
import { Screen } from '../../components/Screen.tsx';
import { useStartJob } from '../../host/queries.ts';
import { Faults } from './Faults.tsx';
import { Headline } from './Headline.tsx';
import { ModelDetails } from './ModelDetails.tsx';
import { PresetChoice, type Preset } from './PresetChoice.tsx';

/** A model before it is compressed: how large, of what, and how small it should become. */
export function ModelView({ model }: { readonly model: ModelSummary }) {
  const [preset, setPreset] = useState<Preset>('balanced');
  const start = useStartJob();
  const hasFault = model.files.some(({ fault }) => fault !== undefined);
  const request: JobRequest = { command: 'compress', input: model.path, preset };
  return (
    <Screen title={model.name} path={model.path} mark={<Exact />}>
      <Headline model={model} />
      <Faults model={model} />
      <form
        onSubmit={(event) => {
          event.preventDefault();
          start.mutate(request);
        }}
        onKeyDown={(event) => {
          if (event.key === 'Enter' && (event.ctrlKey || event.metaKey)) event.currentTarget.requestSubmit();
        }}
      >
        <PresetChoice value={preset} onChange={setPreset} />
        <Actions>
          <Button type="submit" loading={start.isPending} leftSection={<IconLock size={16} aria-hidden />}>
            {hasFault ? 'Store exactly as bytes' : 'Compress exactly'}
          </Button>
          <span>The original is only read. The archive appears beside it once it is proved.</span>
        </Actions>
      </form>
      {start.error && <Failure error={start.error} />}
      <ModelDetails model={model} />
    </Screen>
  );
}
