import { Button, FileButton, NativeSelect, Switch, Textarea, TextInput } from '@mantine/core';
import { useState } from 'react';
import { preset as presetIds } from '../../../contract/jobs.ts';
import { zooRecipe, type ZooPlanSummary, type ZooRecipe, type ZooSummary } from '../../../contract/zoo.ts';
import { Actions } from '../../components/Actions.tsx';
import { saveText } from '../../components/chart/save.ts';
import { Failure } from '../../components/Failure.tsx';
import { LinkButton } from '../../components/LinkButton.tsx';
import { useCatalog } from '../../host/settings.ts';
import { usePlanZoo } from '../../host/zoo.ts';
import { countedText } from '../../text/amounts.ts';
import classes from './Zoo.module.css';
import { rulesOf, skipRules, wishesOf, type Edits } from './zoo-edits.ts';

/** The form's id, so that a button elsewhere can make the plan again. */
export const planFormId = 'zoo-plan';

interface PlanFormProps {
  readonly summary: ZooSummary;
  /** The plan that there is; the form begins with what it was asked for with. */
  readonly plan: ZooPlanSummary | undefined;
  readonly edits: Edits;
  readonly isBusy: boolean;
  readonly onPlanned: () => void;
}

/** What to do with the models that were found; planning measures samples and writes nothing. */
export function PlanForm({ summary, plan: made, edits, isBusy, onPlanned }: PlanFormProps) {
  const presets = useCatalog().data?.presets ?? [];
  const wishes = wishesOf(made?.recipe.rules ?? []);
  const [output, setOutput] = useState(made?.output ?? `${summary.roots[0] ?? ''}-archived`);
  const [preset, setPreset] = useState<string>(made?.recipe.preset ?? 'balanced');
  const [families, setFamilies] = useState(made?.recipe.families ?? true);
  const [skipped, setSkipped] = useState(wishes.skipped);
  const [opened, setOpened] = useState<ZooRecipe['rules']>(wishes.others);
  const [fault, setFault] = useState<string>();
  const plan = usePlanZoo();
  const recipe: ZooRecipe = {
    ...{ preset: presetIds.catch('balanced').parse(preset), families },
    rules: [...rulesOf(edits), ...skipRules(skipped), ...(opened ?? [])],
  };
  const open = async (file: File) => {
    const { success, data } = zooRecipe.safeParse(parsed(await file.text()));
    setFault(success ? undefined : `${file.name} is no recipe for a zoo.`);
    if (!success) return;
    setPreset(data.preset ?? preset);
    setFamilies(data.families ?? families);
    setOpened(data.rules);
  };
  return (
    <form
      id={planFormId}
      onSubmit={(event) => {
        event.preventDefault();
        plan.mutate({ output, recipe }, { onSuccess: onPlanned });
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
          description="And copies: they then need their base to be restored."
          checked={families}
          onChange={({ currentTarget }) => setFamilies(currentTarget.checked)}
        />
      </div>
      {opened !== undefined && opened.length > 0 && (
        <p>
          {`${countedText(opened.length, 'rule')} of the opened recipe count after these. `}
          <LinkButton onClick={() => setOpened(undefined)}>Forget them</LinkButton>
        </p>
      )}
      <Actions>
        <Button
          type="submit"
          disabled={isBusy || output === ''}
          {...(made === undefined ? {} : { variant: 'default' })}
        >
          Make a plan
        </Button>
        <LinkButton onClick={() => saveText('zoo.recipe.json', 'application/json', JSON.stringify(recipe, null, 2))}>
          Save the recipe
        </LinkButton>
        <FileButton
          accept="application/json,.json"
          onChange={(file) => {
            if (file !== null) void open(file);
          }}
        >
          {({ onClick }) => <LinkButton onClick={onClick}>Open a recipe</LinkButton>}
        </FileButton>
        <span>Nothing is changed by planning.</span>
      </Actions>
      {fault !== undefined && <p role="alert">{fault}</p>}
      {plan.error && <Failure error={plan.error} />}
    </form>
  );
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
