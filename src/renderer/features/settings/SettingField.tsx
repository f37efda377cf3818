import { NativeSelect, NumberInput, Switch, TextInput } from '@mantine/core';
import { useState } from 'react';
import { settingsChanges, type Settings } from '../../../contract/settings.ts';
import classes from './SettingField.module.css';
import type { Field } from './setting-fields.ts';

interface SettingFieldProps {
  readonly field: Field;
  readonly settings: Settings;
  readonly onChange: (changes: Partial<Settings>) => void;
}

/** One setting with its words at the left and its control at the right. */
export function SettingField({ field, settings, onChange }: SettingFieldProps) {
  const change = (value: unknown) => {
    const { success, data } = settingsChanges.safeParse({ [field.id]: value });
    if (success) onChange(data as Partial<Settings>);
  };
  return (
    <div className={classes.field}>
      <div>
        <p id={`${field.id}-title`} className={classes.title}>
          {field.title}
        </p>
        <p id={`${field.id}-says`} className={classes.says}>
          {field.says}
        </p>
      </div>
      <Control field={field} value={settings[field.id]} onChange={change} />
    </div>
  );
}

interface ControlProps {
  readonly field: Field;
  readonly value: Settings[keyof Settings];
  readonly onChange: (value: unknown) => void;
}

/** Only settings of one value have a field of these kinds. */
const textOf = (value: Settings[keyof Settings]): string => (typeof value === 'object' ? '' : String(value));

function Control({ field, value, onChange }: ControlProps) {
  const named = { 'aria-labelledby': `${field.id}-title`, 'aria-describedby': `${field.id}-says` };
  switch (field.kind) {
    case 'choice':
      return (
        <NativeSelect
          {...named}
          value={textOf(value)}
          data={[...field.choices]}
          onChange={({ currentTarget }) => onChange(currentTarget.value)}
        />
      );
    case 'switch':
      return (
        <Switch {...named} checked={value === true} onChange={({ currentTarget }) => onChange(currentTarget.checked)} />
      );
    case 'text':
      return <Written field={field} named={named} value={textOf(value)} onChange={onChange} />;
    case 'number':
      return (
        <NumberInput
          {...named}
          value={typeof value === 'number' ? value / field.unit : ''}
          min={field.least}
          suffix={field.suffix}
          placeholder={field.empty}
          onChange={(shown) => onChange(typeof shown === 'number' ? Math.round(shown * field.unit) : field.empty)}
        />
      );
  }
}

interface WrittenProps {
  readonly field: Extract<Field, { readonly kind: 'text' }>;
  readonly named: object;
  readonly value: string;
  readonly onChange: (value: string) => void;
}

/** Text that is taken when it is left, since half a path is no path. */
function Written({ field, named, value, onChange }: WrittenProps) {
  const [text, setText] = useState(value);
  return (
    <TextInput
      {...named}
      value={text}
      placeholder={field.placeholder}
      onChange={({ currentTarget }) => setText(currentTarget.value)}
      onBlur={() => {
        if (text !== value) onChange(text);
      }}
    />
  );
}
