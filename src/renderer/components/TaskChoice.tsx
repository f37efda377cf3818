import { NativeSelect, TextInput } from '@mantine/core';
import { useState } from 'react';
import { useBundledTasks } from '../host/fits.ts';
import { visibleText } from '../text/visible.ts';

interface TaskChoiceProps {
  /** The path of a task file; empty: none. */
  readonly value: string;
  readonly onChange: (task: string) => void;
  /** What it means to have none, and what is said of that. */
  readonly none: string;
  readonly saysOfNone: string;
}

/** One of the tasks that came with the program, a task file of one's own, or none. */
export function TaskChoice({ value, onChange, none, saysOfNone }: TaskChoiceProps) {
  const tasks = useBundledTasks().data ?? [];
  const [isOwn, setOwn] = useState(false);
  return (
    <>
      <NativeSelect
        label="Inputs"
        description={value === '' ? saysOfNone : undefined}
        value={isOwn ? 'own' : value}
        data={[
          { value: '', label: none },
          ...tasks.map(({ path, title }) => ({ value: path, label: visibleText(title) })),
          { value: 'own', label: 'A task file of yours' },
        ]}
        onChange={({ currentTarget }) => {
          setOwn(currentTarget.value === 'own');
          onChange(currentTarget.value === 'own' ? '' : currentTarget.value);
        }}
      />
      {isOwn && (
        <TextInput
          label="Task file"
          description="Its path on this machine"
          value={value}
          onChange={({ currentTarget }) => onChange(currentTarget.value)}
        />
      )}
    </>
  );
}
