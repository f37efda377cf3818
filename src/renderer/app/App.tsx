import { MantineProvider } from '@mantine/core';
import { QueryClient, QueryClientProvider } from '@tanstack/react-query';
import { Route, Router, Switch } from 'wouter';
import { useHashLocation } from 'wouter/use-hash-location';
import { CandidatesScreen } from '../features/compare/CandidatesScreen.tsx';
import { CompareScreen } from '../features/compare/CompareScreen.tsx';
import { Browse } from '../features/browse/Browse.tsx';
import { FitScreen } from '../features/fit/FitScreen.tsx';
import { EvaluateScreen } from '../features/evaluate/EvaluateScreen.tsx';
import { MeasuredScreen } from '../features/evaluate/MeasuredScreen.tsx';
import { ExportScreen } from '../features/export/ExportScreen.tsx';
import { ExportedScreen } from '../features/export/ExportedScreen.tsx';
import { History } from '../features/history/History.tsx';
import { RunScreen } from '../features/history/RunScreen.tsx';
import { Home } from '../features/home/Home.tsx';
import { JobScreen } from '../features/job/JobScreen.tsx';
import { ModelScreen } from '../features/model/ModelScreen.tsx';
import { SettingsScreen } from '../features/settings/SettingsScreen.tsx';
import { ZooScreen } from '../features/zoo/ZooScreen.tsx';
import type { Connection } from '../host/connect.ts';
import { ConnectionProvider } from '../host/connection.tsx';
import { linkedIds, linkedModel, linkedPath } from '../text/links.ts';
import { Frame } from './Frame.tsx';
import { SignedOut } from './SignedOut.tsx';
import { theme } from './theme.ts';

const queries = new QueryClient({
  defaultOptions: { queries: { retry: false, networkMode: 'always', refetchOnWindowFocus: false } },
});

/** The window. Without a connection there is nothing to show but how to get one. */
export function App({ connection }: { readonly connection: Connection | undefined }) {
  return (
    <MantineProvider theme={theme} defaultColorScheme="auto" withCssVariables={false} withGlobalClasses={false}>
      {connection === undefined ? (
        <SignedOut />
      ) : (
        <QueryClientProvider client={queries}>
          <ConnectionProvider connection={connection}>
            <Router hook={useHashLocation}>
              <Frame>
                <Switch>
                  <Route path="/model/:path">{({ path }) => <ModelScreen key={path} path={linkedPath(path)} />}</Route>
                  <Route path="/fit/:path">{({ path }) => <FitScreen key={path} path={linkedPath(path)} />}</Route>
                  <Route path="/job/:id">{({ id }) => <JobScreen key={id} id={id} />}</Route>
                  <Route path="/run/:id">{({ id }) => <RunScreen key={id} id={id} />}</Route>
                  <Route path="/export/:path">
                    {({ path }) => <ExportScreen key={path} path={linkedPath(path)} />}
                  </Route>
                  <Route path="/exported/:id">{({ id }) => <ExportedScreen key={id} id={id} />}</Route>
                  <Route path="/accuracy/:original?/:candidate?">
                    {({ original, candidate }) => (
                      <EvaluateScreen
                        key={`${original} ${candidate}`}
                        original={linkedModel(original)}
                        candidate={linkedModel(candidate)}
                      />
                    )}
                  </Route>
                  <Route path="/measured/:id">{({ id }) => <MeasuredScreen key={id} id={id} />}</Route>
                  <Route path="/candidates/:original">
                    {({ original }) => <CandidatesScreen key={original} original={original} />}
                  </Route>
                  <Route path="/history" component={History} />
                  <Route path="/zoo" component={ZooScreen} />
                  <Route path="/settings" component={SettingsScreen} />
                  <Route path="/compare/:ids?">{({ ids }) => <CompareScreen key={ids} ids={linkedIds(ids)} />}</Route>
                  <Route path="/browse/:path?">
                    {({ path }) => <Browse path={path === undefined ? undefined : linkedPath(path)} />}
                  </Route>
                  <Route component={Home} />
                </Switch>
              </Frame>
            </Router>
          </ConnectionProvider>
        </QueryClientProvider>
      )}
    </MantineProvider>
  );
}
