import { Button, NativeSelect, Switch, Textarea, TextInput } from '@mantine/core';
import { useState } from 'react';
import type { ZooRecipe, ZooSummary } from '../../../contract/zoo.ts';
import { Actions } from '../../components/Actions.tsx';
import { saveText } from '../../components/chart/save.ts';
import { Failure } from '../../components/Failure.tsx';
import { LinkButton } from '../../components/LinkButton.tsx';
import { useCatalog } from '../../host/settings.ts';
import { usePlanZoo } from '../../host/zoo.ts';
import { zooRecipe } from '../../../contract/zoo.ts';
import classes from './Zoo.module.css';

/** What to do with the models that were found; planning measures samples and writes nothing. */
export function PlanForm({ summary, isBusy }: { readonly summary: ZooSummary; readonly isBusy: boolean }) {
  const presets = useCatalog().data?.presets ?? [];
  const [output, setOutput] = useState(`${summary.roots[0] ?? ''}-archived`);
  const [preset, setPreset] = useState('balanced');
  const [families, setFamilies] = useState(true);
  const [skipped, setSkipped] = useState('');
  const plan = usePlanZoo();
  const recipe = toRecipe(preset, families, skipped);
  return (
    <form
      onSubmit={(event) => {
        event.preventDefault();
        plan.mutate({ output, recipe });
      }}
    >
      <div className={classes.fields}>
        <TextInput
          label="Folder for the archives"
          value={output}
          onChange={({ currentTarget }) => setOutput(currentTarget.value)}
        />
        <NativeSelect
          label="Preset"
          value={preset}
          data={presets.map(({ id, title }) => ({ value: id, label: title }))}
          onChange={({ currentTarget }) => setPreset(currentTarget.value)}
        />
        <Textarea
          label="Leave alone"
          description="One pattern a line, such as *.gguf or old/**"
          value={skipped}
          onChange={({ currentTarget }) => setSkipped(currentTarget.value)}
        />
        <Switch
          label="Store fine-tunes as differences"
          description="They then need their base to be restored."
          checked={families}
          onChange={({ currentTarget }) => setFamilies(currentTarget.checked)}
        />
      </div>
      <Actions>
        <Button
          type="submit"
          disabled={isBusy || output === ''}
          {...(plan.data === undefined ? {} : { variant: 'default' })}
        >
          Make a plan
        </Button>
        <LinkButton onClick={() => saveText('zoo.recipe.json', 'application/json', JSON.stringify(recipe, null, 2))}>
          Save the recipe
        </LinkButton>
        <span>Nothing is changed by planning.</span>
      </Actions>
      {plan.error && <Failure error={plan.error} />}
    </form>
  );
}

function toRecipe(preset: string, families: boolean, skipped: string): ZooRecipe {
  const rules = skipped
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '')
    .map((match) => ({ match, action: 'skip' }));
  return zooRecipe.parse({ preset, families, rules });
}
