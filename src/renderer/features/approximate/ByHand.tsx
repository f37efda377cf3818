import { Switch } from '@mantine/core';
import { useState } from 'react';
import type { DecidedTensor } from '../../../contract/approximations.ts';
import type { Catalog } from '../../../contract/catalog.ts';
import { recipe as recipeSchema } from '../../../contract/recipes.ts';
import { Actions } from '../../components/Actions.tsx';
import { saveText } from '../../components/chart/save.ts';
import { LinkButton } from '../../components/LinkButton.tsx';
import { useSettledRecipe } from '../../host/approximations.ts';
import { MethodChoice } from './MethodChoice.tsx';
import { changedOptions, optionFields, type OptionValues } from './option-fields.ts';
import { OptionForm } from './OptionForm.tsx';
import classes from './Recipe.module.css';
import { fromRecipe, toRecipe, type RecipeChoice } from './recipe-choice.ts';
import { RecipeTable } from './RecipeTable.tsx';
import { RuleList } from './RuleList.tsx';
import { Survey } from './Survey.tsx';
import { TensorTrial } from './TensorTrial.tsx';

interface ByHandProps {
  readonly path: string;
  readonly name: string;
  readonly methods: Catalog['methods'];
  readonly choice: RecipeChoice;
  readonly onChange: (choice: RecipeChoice) => void;
}

/** A method with its options for most tensors, rules for some, and what becomes of each. */
export function ByHand({ path, name, methods, choice, onChange }: ByHandProps) {
  const [fault, setFault] = useState<string>();
  const [lookedAt, setLookedAt] = useState<DecidedTensor>();
  const recipe = useSettledRecipe(toRecipe(choice));
  const method = methods.find(({ id }) => id === choice.method);
  const fields = method === undefined ? [] : optionFields(method.options);
  const open = async (file: File) => {
    const { success, data } = recipeSchema.safeParse(parsed(await file.text()));
    setFault(success ? undefined : `${file.name} is no recipe.`);
    if (success) onChange(fromRecipe(data, choice));
  };
  return (
    <div className={classes.part}>
      <Survey
        path={path}
        name={name}
        methods={methods}
        onChoose={({ method: id, options }) => onChange({ ...choice, method: id, options: options as OptionValues })}
      />
      <MethodChoice
        methods={methods}
        value={choice.method}
        onChange={(id) => onChange({ ...choice, method: id, options: {} })}
      />
      {method !== undefined && (
        <OptionForm
          label={`Options of ${method.title}`}
          fields={fields}
          values={choice.options}
          onChange={(values) => onChange({ ...choice, options: changedOptions(fields, values) ?? {} })}
        />
      )}
      <Switch
        label="Take care by itself"
        description="Keeps norms, biases, masks and computed tables, and treats sensitive layers more finely, unless a rule says otherwise."
        checked={choice.automatic}
        onChange={({ currentTarget }) => onChange({ ...choice, automatic: currentTarget.checked })}
      />
      <RuleList rules={choice.rules} methods={methods} onChange={(rules) => onChange({ ...choice, rules })} />
      <RecipeTable path={path} methods={methods} recipe={recipe} onSelect={setLookedAt} selected={lookedAt} />
      {lookedAt !== undefined && (
        <TensorTrial
          path={path}
          tensor={lookedAt}
          recipe={recipe}
          methods={methods}
          rules={choice.rules}
          onRules={(rules) => onChange({ ...choice, rules })}
          onClose={() => setLookedAt(undefined)}
        />
      )}
      <Actions>
        <LinkButton
          onClick={() => saveText(`${name}.recipe.json`, 'application/json', JSON.stringify(toRecipe(choice), null, 2))}
        >
          Save the recipe
        </LinkButton>
        <label>
          Open a recipe{' '}
          <input
            type="file"
            accept="application/json,.json"
            onChange={({ currentTarget }) => {
              const file = currentTarget.files?.[0];
              if (file !== undefined) void open(file);
            }}
          />
        </label>
      </Actions>
      {fault !== undefined && <p role="alert">{fault}</p>}
    </div>
  );
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
