import { Button } from '@mantine/core';
import { useMemo, useRef, useState } from 'react';
import { Link } from 'wouter';
import { preset as presetIds, type JobRequest } from '../../../contract/jobs.ts';
import type { ModelSummary } from '../../../contract/models.ts';
import { useShortcut } from '../../app/use-shortcut.ts';
import { Actions } from '../../components/Actions.tsx';
import { Approximate } from '../../components/Approximate.tsx';
import { Exact } from '../../components/Exact.tsx';
import { Failure } from '../../components/Failure.tsx';
import { IconLock, IconTilde } from '../../components/icons.ts';
import { Screen } from '../../components/Screen.tsx';
import { useRecipeEstimate, useSettledRecipe } from '../../host/approximations.ts';
import { useStartJob } from '../../host/jobs.ts';
import { useEstimate, useModelMap } from '../../host/models.ts';
import { useCatalog, useSettings } from '../../host/settings.ts';
import { bytesText } from '../../text/amounts.ts';
import { ApproximateHeadline } from '../approximate/ApproximateHeadline.tsx';
import { exportLink } from '../../text/links.ts';
import { ApproximateChoice } from '../approximate/ApproximateChoice.tsx';
import { KindChoice, type Kind } from '../approximate/KindChoice.tsx';
import approximateClasses from '../approximate/Recipe.module.css';
import { toRecipe, type RecipeChoice } from '../approximate/recipe-choice.ts';
import { BaseField } from './BaseField.tsx';
import { OutputPlace } from './OutputPlace.tsx';
import { EstimateHeadline } from './EstimateHeadline.tsx';
import { Faults } from './Faults.tsx';
import { ModelDetails } from './ModelDetails.tsx';
import { ModelMap } from './ModelMap.tsx';
import { PresetChoice } from './PresetChoice.tsx';
import { TensorInspector } from './TensorInspector.tsx';
import { approximatedFigures, estimatedFigures, tileKey } from './tile-figures.ts';
import { useBits } from './use-bits.ts';
import { useSelection } from './use-selection.ts';

/** A model before it is compressed: where its bytes are, and how small it should become. */
export function ModelView({ model }: { readonly model: ModelSummary }) {
  const { path, bytes } = model;
  const settings = useSettings();
  const [chosen, setChosen] = useState<string>();
  const [output, setOutput] = useState('');
  const [base, setBase] = useState('');
  const [kind, setKind] = useState<Kind>('exact');
  const [decided, setDecided] = useState<RecipeChoice>();
  const { methods = [], levels = [] } = useCatalog().data ?? {};
  const choice = decided ?? { method: levels[0]?.id ?? '', options: {}, rules: [], automatic: true };
  const isApproximate = kind === 'approximate';
  const preset = chosen ?? settings.data?.defaultPreset ?? 'balanced';
  const start = useStartJob();
  const map = useModelMap(path, model.tensors > 0);
  const estimate = useEstimate(path, bytes > 0);
  const bitsOf = useBits();
  const recipe = useSettledRecipe(toRecipe(choice));
  const approximated = useRecipeEstimate(path, isApproximate ? recipe : undefined);
  const figures = useMemo(() => {
    if (isApproximate) return approximated.data && approximatedFigures(approximated.data, bytes, bitsOf);
    return estimate.data && estimatedFigures(estimate.data, preset, bitsOf);
  }, [isApproximate, approximated.data, bytes, estimate.data, preset, bitsOf]);
  const { selected, select, close } = useSelection();
  const form = useRef<HTMLFormElement>(null);
  useShortcut('start', () => form.current?.requestSubmit());
  const hasFault = model.files.some(({ fault }) => fault !== undefined);
  const asks = settings.data?.outputPlace === 'ask';
  const disk = estimate.data?.disk;
  const request: JobRequest = {
    ...{ command: 'compress', input: path, preset: presetIds.catch('balanced').parse(preset) },
    ...(isApproximate ? { approximate: toRecipe(choice) } : {}),
    ...(asks && output !== '' ? { output } : {}),
    ...(base === '' ? {} : { bases: [base] }),
  };
  return (
    <Screen title={model.name} path={path} mark={isApproximate ? <Approximate /> : <Exact />}>
      {isApproximate ? (
        <ApproximateHeadline model={model} estimate={approximated} />
      ) : (
        <EstimateHeadline model={model} estimate={estimate.data} isEstimating={estimate.isFetching} preset={preset} />
      )}
      {estimate.error && !isApproximate && (
        <p>{`What it would come to could not be told: ${estimate.error.message} It can be compressed all the same.`}</p>
      )}
      <Faults model={model} />
      {map.data !== undefined && map.data.groups.length > 0 && (
        <ModelMap
          map={map.data}
          fileName={model.name}
          figures={figures}
          onSelect={select}
          selected={selected && tileKey(selected)}
        />
      )}
      <form
        ref={form}
        onSubmit={(event) => {
          event.preventDefault();
          start.mutate(request);
        }}
      >
        {model.tensors > 0 && methods.length > 0 && <KindChoice value={kind} onChange={setKind} />}
        {isApproximate ? (
          <ApproximateChoice {...{ path, levels, methods, choice }} name={model.name} onChange={setDecided} />
        ) : (
          <PresetChoice value={preset} onChange={setChosen} estimate={estimate.data} bytes={bytes} />
        )}
        {model.tensors > 0 && <BaseField value={base} onChange={setBase} />}
        {asks && <OutputPlace path={path} value={output} onChange={setOutput} />}
        {disk?.enough === false && (
          <p role="status">
            {`There is not enough room in ${disk.folder}: ${bytesText(disk.free)} free, ${bytesText(disk.needed + disk.reserve)} needed with the reserve. `}
            You can start all the same: it pauses when the drive is full, and goes on by itself when there is room.
          </p>
        )}
        <Actions>
          {isApproximate ? (
            <Button
              type="submit"
              className={approximateClasses.button ?? ''}
              loading={start.isPending}
              leftSection={<IconTilde size={16} aria-hidden />}
            >
              Compress approximately
            </Button>
          ) : (
            <Button type="submit" loading={start.isPending} leftSection={<IconLock size={16} aria-hidden />}>
              {hasFault ? 'Store exactly as bytes' : 'Compress exactly'}
            </Button>
          )}
          <span>
            {isApproximate
              ? 'The original is only read, and never replaced by this.'
              : 'The original is only read. The archive appears once it is proved.'}
          </span>
        </Actions>
      </form>
      {start.error && <Failure error={start.error} />}
      <p>
        <Link href={exportLink(path)}>Export for another program</Link>, which opens the smaller file as it is.
      </p>
      <ModelDetails model={model} onSelect={select} selected={selected} />
      {selected !== undefined && <TensorInspector path={path} tensor={selected} onClose={close} />}
    </Screen>
  );
}
