import { NativeSelect, TextInput } from '@mantine/core';
import type { Catalog } from '../../../contract/catalog.ts';
import { LinkButton } from '../../components/LinkButton.tsx';
import { changedOptions, optionFields } from './option-fields.ts';
import { OptionForm } from './OptionForm.tsx';
import classes from './Recipe.module.css';
import type { Rule } from './recipe-choice.ts';

interface RuleListProps {
  readonly rules: readonly Rule[];
  readonly methods: Catalog['methods'];
  readonly onChange: (rules: readonly Rule[]) => void;
}

/** Rules for some tensors, in the order in which they are asked. */
export function RuleList({ rules, methods, onChange }: RuleListProps) {
  const put = (place: number, ...rule: readonly Rule[]) =>
    onChange([...rules.slice(0, place), ...rule, ...rules.slice(place + 1)]);
  return (
    <section>
      <div className={classes.head}>
        <h2>Rules</h2>
        <span className={classes.quiet}>The first that fits a tensor counts; * stands for any letters.</span>
      </div>
      <ol className={classes.rules}>
        {rules.map((rule, place) => (
          <li key={place} className={classes.rule}>
            <RuleForm
              rule={rule}
              number={place + 1}
              methods={methods}
              onChange={(changed) => put(place, changed)}
              onRemove={() => put(place)}
            />
          </li>
        ))}
      </ol>
      <LinkButton onClick={() => onChange([...rules, { match: '*', keep: true }])}>Add a rule</LinkButton>
    </section>
  );
}

interface RuleFormProps {
  readonly rule: Rule;
  readonly number: number;
  readonly methods: Catalog['methods'];
  readonly onChange: (rule: Rule) => void;
  readonly onRemove: () => void;
}

function RuleForm({ rule, number, methods, onChange, onRemove }: RuleFormProps) {
  const { match } = rule;
  const method = 'method' in rule ? methods.find(({ id }) => id === rule.method) : undefined;
  const fields = method === undefined ? [] : optionFields(method.options);
  const choose = (id: string) => onChange(id === '' ? { match, keep: true } : { match, method: id });
  return (
    <>
      <div className={classes.line}>
        <TextInput
          className={classes.pattern ?? ''}
          label={`Tensors of rule ${number}`}
          value={match}
          onChange={({ currentTarget: { value } }) => {
            if (value !== '') onChange({ ...rule, match: value });
          }}
        />
        <NativeSelect
          label={`What rule ${number} does`}
          value={'method' in rule ? rule.method : ''}
          data={[
            { value: '', label: 'Keep exactly' },
            ...methods.map(({ id, title }) => ({ value: id, label: `~ ${title}` })),
          ]}
          onChange={({ currentTarget }) => choose(currentTarget.value)}
        />
        <LinkButton label={`Remove rule ${number}`} onClick={onRemove}>
          Remove
        </LinkButton>
      </div>
      {'method' in rule && (
        <OptionForm
          label={`Options of rule ${number}`}
          fields={fields}
          values={rule.options ?? {}}
          onChange={(values) => {
            const options = changedOptions(fields, values);
            onChange({ match, method: rule.method, ...(options === undefined ? {} : { options: { ...options } }) });
          }}
        />
      )}
    </>
  );
}
