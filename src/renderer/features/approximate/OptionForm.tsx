import { NativeSelect, NumberInput, Switch, TextInput } from '@mantine/core';
import classes from './OptionForm.module.css';
import type { OptionField, OptionValue, OptionValues } from './option-fields.ts';

interface OptionFormProps {
  /** What the options are of, for those who do not see what stands above. */
  readonly label: string;
  readonly fields: readonly OptionField[];
  readonly values: OptionValues;
  readonly onChange: (values: OptionValues) => void;
}

/** The options of a method, drawn from its schema. */
export function OptionForm({ label, fields, values, onChange }: OptionFormProps) {
  if (fields.length === 0) return null;
  return (
    <div role="group" aria-label={label} className={classes.form}>
      {fields.map((field) => (
        <Control
          key={field.id}
          field={field}
          value={values[field.id] ?? field.value}
          onChange={(value) => onChange({ ...values, [field.id]: value })}
        />
      ))}
    </div>
  );
}

interface ControlProps {
  readonly field: OptionField;
  readonly value: OptionValue | undefined;
  readonly onChange: (value: OptionValue) => void;
}

function Control({ field: { title, says, control }, value, onChange }: ControlProps) {
  const words = { label: title, description: says };
  switch (control.kind) {
    case 'choice':
      return (
        <NativeSelect
          {...words}
          value={String(value)}
          data={[...control.choices]}
          onChange={({ currentTarget }) => onChange(currentTarget.value)}
        />
      );
    case 'switch':
      return (
        <Switch {...words} checked={value === true} onChange={({ currentTarget }) => onChange(currentTarget.checked)} />
      );
    case 'text':
      return (
        <TextInput
          {...words}
          value={String(value ?? '')}
          onChange={({ currentTarget }) => onChange(currentTarget.value)}
        />
      );
    case 'number':
      return (
        <NumberInput
          {...words}
          value={typeof value === 'number' ? value : ''}
          allowDecimal={!control.isWhole}
          hideControls={!control.isWhole}
          {...(control.least === undefined ? {} : { min: control.least })}
          {...(control.most === undefined ? {} : { max: control.most })}
          onChange={(shown) => {
            if (typeof shown === 'number') onChange(shown);
          }}
        />
      );
  }
}
