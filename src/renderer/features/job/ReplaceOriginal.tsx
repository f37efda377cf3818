import { Button, Modal } from '@mantine/core';
import { useState } from 'react';
import { useShortcut } from '../../app/use-shortcut.ts';
import { Actions } from '../../components/Actions.tsx';
import { Facts } from '../../components/Facts.tsx';
import { Failure } from '../../components/Failure.tsx';
import { useOriginals, useReplaceOriginal, useReplacementPlan, useUndoReplacing } from '../../host/runs.ts';
import { useApp } from '../../host/settings.ts';
import { bytesText, countedText } from '../../text/amounts.ts';
import { visibleText } from '../../text/visible.ts';

/** Moves the original to the trash, after saying exactly what moves; once moved, the way back. Absent where there is no trash. */
export function ReplaceOriginal({ run }: { readonly run: string }) {
  const app = useApp();
  const originals = useOriginals();
  const [isOpen, setOpen] = useState(false);
  const undo = useUndoReplacing();
  const replaced = originals.data?.find((original) => original.run === run && original.undone === undefined);
  useShortcut('undo', replaced === undefined ? undefined : () => undo.mutate(run));
  if (replaced !== undefined)
    return (
      <>
        <Button variant="default" loading={undo.isPending} onClick={() => undo.mutate(run)}>
          Put the original back
        </Button>
        {undo.error && <Failure error={undo.error} />}
      </>
    );
  if (app.data?.trash !== true) return null;
  return (
    <>
      <Button variant="default" onClick={() => setOpen(true)}>
        Replace the original …
      </Button>
      <Modal
        opened={isOpen}
        onClose={() => setOpen(false)}
        title="Replace the original by its archive"
        size="lg"
        lockScroll={false}
        closeButtonProps={{ 'aria-label': 'Close' }}
      >
        {isOpen && <ReplaceSheet run={run} onDone={() => setOpen(false)} />}
      </Modal>
    </>
  );
}

function ReplaceSheet({ run, onDone }: { readonly run: string; readonly onDone: () => void }) {
  const { data: plan, error } = useReplacementPlan(run, true);
  const replace = useReplaceOriginal();
  if (error !== null) return <Failure error={error} />;
  if (plan === undefined) return <p>Looking at the files …</p>;
  const what = `${countedText(plan.files.length, 'file')} (${bytesText(plan.bytes)})`;
  return (
    <>
      <p>
        The archive stays and was proved. The original goes to the trash, where it is until you empty it. After that it
        can still be restored from the archive, byte for byte.
      </p>
      <Facts facts={plan.files.map(({ path, bytes }) => [bytesText(bytes), visibleText(path)])} />
      <p>{`You gain ${bytesText(plan.gained)} once the trash is emptied.`}</p>
      {plan.problems.map((problem) => (
        <p key={problem} role="alert">
          {visibleText(problem)}
        </p>
      ))}
      <Actions>
        <Button
          disabled={plan.problems.length > 0}
          loading={replace.isPending}
          onClick={() => replace.mutate(run, { onSuccess: onDone })}
        >
          {`Move ${what} to the trash`}
        </Button>
        <Button variant="default" onClick={onDone}>
          Keep the original
        </Button>
      </Actions>
      {replace.error && <Failure error={replace.error} />}
    </>
  );
}
