import { Button, TextInput } from '@mantine/core';
import { useState } from 'react';
import { Failure } from '../../components/Failure.tsx';
import { useStartJob } from '../../host/jobs.ts';
import { findSha256 } from '../../text/sha256.ts';
import classes from './PublishedHash.module.css';

/** A place for the sha256 that a file was published with; where it is the one we have, decoding the archive once more proves it. */
export function PublishedHash({ archive, sha256 }: { readonly archive: string; readonly sha256: string }) {
  const [text, setText] = useState('');
  const start = useStartJob();
  const given = findSha256(text);
  const isWrong = text.trim() !== '' && given === undefined;
  return (
    <form
      className={classes.form}
      onSubmit={(event) => {
        event.preventDefault();
        if (given !== undefined) start.mutate({ command: 'verify', archive, sha256: given });
      }}
    >
      <TextInput
        className={classes.field}
        label="Published sha256"
        placeholder="64 digits, or a line of a sha256sum file"
        value={text}
        error={isWrong ? 'A sha256 has 64 digits from 0 to f.' : undefined}
        onChange={({ currentTarget }) => setText(currentTarget.value)}
      />
      <Button type="submit" variant="default" disabled={given === undefined} loading={start.isPending}>
        Check it
      </Button>
      {given !== undefined && (
        <p role="status" className={classes.answer}>
          {given === sha256
            ? 'It is the one of this file.'
            : 'It is not the one of this file. Check that you took the right one.'}
        </p>
      )}
      {start.error && <Failure error={start.error} />}
    </form>
  );
}
