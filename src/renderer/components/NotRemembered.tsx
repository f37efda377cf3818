import { useApp } from '../host/settings.ts';
import { Failure } from './Failure.tsx';

/** Says that this session is forgotten at its end, where the history could not be opened. */
export function NotRemembered() {
  const fault = useApp().data?.historyFault;
  if (fault === undefined) return null;
  return (
    <Failure
      error={{ code: 'IO', message: fault }}
      words={{
        title: 'What you do now is not remembered',
        safe: 'Your models and archives are untouched, and so is the file of the history. All work goes on as usual.',
        next: 'End what else uses that file, or move it elsewhere to begin a new one; then start Featherweight again.',
      }}
    />
  );
}
