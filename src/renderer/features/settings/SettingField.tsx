import { Button, NativeSelect, Switch, TextInput } from '@mantine/core';
import { useState } from 'react';
import { settingsChanges, type Settings } from '../../../contract/settings.ts';
import { SavedNumber } from '../../components/SavedNumber.tsx';
import { useLeaving } from '../../components/use-leaving.ts';
import { useConnection } from '../../host/connection.tsx';
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
        <SavedNumber
          {...named}
          value={typeof value === 'number' ? value / field.unit : undefined}
          min={field.least}
          max={field.most ?? Math.floor(Number.MAX_SAFE_INTEGER / field.unit)}
          suffix={field.suffix}
          placeholder={field.empty}
          isOptional={field.empty !== undefined}
          onChange={(shown) => onChange(shown === undefined ? field.empty : Math.round(shown * field.unit))}
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

/** The path of a folder, taken when it is left, or with Enter, since half a path is none; or chosen in the system's dialog. */
function Written({ field, named, value, onChange }: WrittenProps) {
  const { native } = useConnection();
  const [written, setWritten] = useState<string>();
  const take = () => {
    setWritten(undefined);
    if (written !== undefined && written !== value) onChange(written);
  };
  useLeaving(take);
  const pick = async () => {
    const path = await native?.pick('folder');
    setWritten(undefined);
    if (path !== undefined) onChange(path);
  };
  return (
    <div>
      <TextInput
        {...named}
        value={written ?? value}
        placeholder={field.placeholder}
        onChange={({ currentTarget }) => setWritten(currentTarget.value)}
        onBlur={take}
        onKeyDown={({ key }) => {
          if (key === 'Enter') take();
        }}
      />
      {native !== undefined && (
        <Button variant="default" mt={8} onClick={() => void pick()}>
          Choose a folder
        </Button>
      )}
    </div>
  );
}
