import { Button } from '@mantine/core';
import { preset as presets } from '../../../contract/jobs.ts';
import { Actions } from '../../components/Actions.tsx';
import { useCatalog } from '../../host/settings.ts';
import { countedText } from '../../text/amounts.ts';
import { planFormId } from './PlanForm.tsx';
import classes from './Zoo.module.css';
import type { Edit, Edits } from './zoo-edits.ts';

interface BulkEditProps {
  readonly selected: ReadonlySet<string>;
  readonly edits: Edits;
  /** The plan does not follow them yet. */
  readonly isPending: boolean;
  readonly onEdit: (ids: readonly string[], edit: Edit | undefined) => void;
  readonly onClear: () => void;
}

/** What can be done to all selected models at once; it counts from the next plan on. */
export function BulkEdit({ selected, edits, isPending, onEdit, onClear }: BulkEditProps) {
  const titles = new Map(useCatalog().data?.presets.map(({ id, title }) => [id, title]));
  const isEmpty = selected.size === 0;
  const edit = (change: Edit | undefined) => () => onEdit([...selected], change);
  return (
    <div role="group" aria-label="Selected models" className={classes.bulk}>
      <Actions>
        <span role="status">
          {isEmpty ? 'Nothing is selected.' : `${countedText(selected.size, 'model')} selected`}
        </span>
        <Button size="compact-sm" variant="default" disabled={isEmpty} onClick={edit({ action: 'skip' })}>
          Leave alone
        </Button>
        <Button size="compact-sm" variant="default" disabled={isEmpty} onClick={edit({ action: 'alone' })}>
          Store each by itself
        </Button>
        {presets.options.map((preset) => (
          <Button key={preset} size="compact-sm" variant="default" disabled={isEmpty} onClick={edit({ preset })}>
            {titles.get(preset) ?? preset}
          </Button>
        ))}
        <Button size="compact-sm" variant="default" disabled={isEmpty} onClick={edit(undefined)}>
          As the plan says
        </Button>
        <Button size="compact-sm" variant="default" disabled={isEmpty} onClick={onClear}>
          Select nothing
        </Button>
      </Actions>
      {isPending && (
        <Actions>
          <Button type="submit" form={planFormId} size="compact-sm">
            Make the plan again
          </Button>
          <span role="status">{`Your wishes count from the next plan on: ${countedText(edits.size, 'model')}.`}</span>
        </Actions>
      )}
    </div>
  );
}
