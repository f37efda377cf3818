import { TextInput } from '@mantine/core';

interface OutputPlaceProps {
  readonly path: string;
  readonly value: string;
  readonly onChange: (path: string) => void;
}

/** Where the archive goes, for those who chose to be asked. Empty: beside the original. */
export function OutputPlace({ path, value, onChange }: OutputPlaceProps) {
  return (
    <TextInput
      label="Archive"
      description="Empty: beside the original"
      placeholder={`${path}.fwz`}
      value={value}
      mb={16}
      onChange={({ currentTarget }) => onChange(currentTarget.value)}
    />
  );
}
