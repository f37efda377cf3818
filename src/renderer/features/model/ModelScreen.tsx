import { Button } from '@mantine/core';
import { Link } from 'wouter';
import { Failure } from '../../components/Failure.tsx';
import { Screen } from '../../components/Screen.tsx';
import { useModel } from '../../host/models.ts';
import { fileName } from '../../text/visible.ts';
import { ArchiveView } from './ArchiveView.tsx';
import { ModelView } from './ModelView.tsx';

/** A model or an archive that was opened, from its headers alone. */
export function ModelScreen({ path }: { readonly path: string }) {
  const { data, error } = useModel(path);
  if (error !== null)
    return (
      <Screen title={fileName(path)} path={path}>
        <Failure error={error}>
          <Button component={Link} href="/">
            Open another file
          </Button>
        </Failure>
      </Screen>
    );
  if (data === undefined)
    return (
      <Screen title={fileName(path)} path={path}>
        {null}
      </Screen>
    );
  return data.kind === 'archive' ? <ArchiveView model={data} /> : <ModelView model={data} />;
}
