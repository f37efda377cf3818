import { Link } from 'wouter';
import { Approximate } from '../../components/Approximate.tsx';
import { Exact } from '../../components/Exact.tsx';
import { Failure } from '../../components/Failure.tsx';
import { TimelineTable } from '../../components/TimelineTable.tsx';
import { useExportJobs, useExports } from '../../host/exports.ts';
import { useCatalog } from '../../host/settings.ts';
import { bytesText, changeText } from '../../text/amounts.ts';
import { visibleText } from '../../text/visible.ts';
import { exportPhaseWords, isExact } from '../export/export-words.ts';

/** Every export, newest first; each row reopens its result, and those under way lead back to their screen. */
export function ExportList({ search }: { readonly search: string }) {
  const { data: jobs = [] } = useExportJobs();
  const underWay = jobs.filter(({ state }) => state === 'queued' || state === 'running');
  return (
    <>
      {underWay.length > 0 && (
        <p>
          {'Under way: '}
          {underWay.map(({ id, name, state, phase }) => (
            <span key={id}>
              <Link href={`/exported/${id}`}>{visibleText(name)}</Link>
              {` (${exportPhaseWords(state, phase)}) `}
            </span>
          ))}
        </p>
      )}
      <Finished search={search} />
    </>
  );
}

function Finished({ search }: { readonly search: string }) {
  const { data, error } = useExports(search);
  const targets = useCatalog().data?.exports ?? [];
  if (error !== null) return <Failure error={error} />;
  if (data === undefined) return null;
  if (data.length === 0)
    return (
      <p>
        {search === ''
          ? 'What you export for other programs will stand here. Open a model, and choose “Export for another program”.'
          : 'No export has that in its name or path.'}
      </p>
    );
  return (
    <TimelineTable
      label="Exports"
      columns={['Time', 'Name', 'Made for', 'Kind', 'Before and after']}
      rows={data.map(({ id, name, finished, receipt }) => ({
        id,
        finished,
        cells: [
          <Link key="result" href={`/exported/${id}`}>
            {visibleText(name)}
          </Link>,
          targets.find((target) => target.id === receipt.target)?.title ?? receipt.target,
          isExact(receipt) ? <Exact key="kind" /> : <Approximate key="kind" />,
          `${bytesText(receipt.weightsIn)} → ${bytesText(receipt.weightsOut)} · ${changeText(receipt.weightsIn, receipt.weightsOut)}`,
        ],
      }))}
    />
  );
}
