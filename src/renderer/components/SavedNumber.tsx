import { NumberInput, type NumberInputProps } from '@mantine/core';
import { useState } from 'react';
import { takenNumber } from './taken-number.ts';
import { useLeaving } from './use-leaving.ts';

interface SavedNumberProps extends Omit<
  NumberInputProps,
  'value' | 'onChange' | 'onBlur' | 'onKeyDown' | 'min' | 'max'
> {
  /** As it is saved; undefined: none. */
  readonly value: number | undefined;
  readonly min: number;
  readonly max: number;
  /** Whether none is a choice, too. */
  readonly isOptional?: boolean;
  readonly onChange: (value: number | undefined) => void;
}

/**
 * A number that is taken when its field is left, or with Enter, since 1 and 10 on the way to 100 are nobody's wish. What the field
 * shows then is what is saved: the nearest that is allowed, or what it was where nothing is written.
 */
export function SavedNumber({ value, min, max, isOptional = false, onChange, ...rest }: SavedNumberProps) {
  const [written, setWritten] = useState<number | string>();
  const take = () => {
    if (written === undefined) return;
    setWritten(undefined);
    const taken = takenNumber(written, { value, min, max, isOptional });
    if (taken !== value) onChange(taken);
  };
  useLeaving(take);
  return (
    <NumberInput
      {...rest}
      clampBehavior="none"
      min={min}
      max={max}
      value={written ?? value ?? ''}
      onChange={setWritten}
      onBlur={take}
      onKeyDown={({ key }) => {
        if (key === 'Enter') take();
      }}
    />
  );
}
