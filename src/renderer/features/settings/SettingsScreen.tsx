import { Button, TextInput } from '@mantine/core';
import { Fragment, useRef, useState } from 'react';
import { useShortcut } from '../../app/use-shortcut.ts';
import { Actions } from '../../components/Actions.tsx';
import { Failure } from '../../components/Failure.tsx';
import { Screen } from '../../components/Screen.tsx';
import { useConnection } from '../../host/connection.tsx';
import { useApp, useCatalog, useChangeSettings, useSettings } from '../../host/settings.ts';
import { SettingField } from './SettingField.tsx';
import { defaults, settingFields } from './setting-fields.ts';
import classes from './SettingsScreen.module.css';

/** What only a desktop shell does: it gives notices, and knows of its power. */
const desktopOnly: ReadonlySet<string> = new Set(['notify', 'pauseOnBattery']);

/** All settings on one page. Each takes effect at once. */
export function SettingsScreen() {
  const { data: settings, error } = useSettings();
  const catalog = useCatalog();
  const app = useApp();
  const change = useChangeSettings();
  const { native } = useConnection();
  const [search, setSearch] = useState('');
  const field = useRef<HTMLInputElement>(null);
  useShortcut('filter', () => field.current?.focus());
  const wanted = search.trim().toLowerCase();
  const fields = settingFields(catalog.data).filter(
    ({ title, says, group }) => wanted === '' || `${group}\n${title}\n${says}`.toLowerCase().includes(wanted),
  );
  const [refused, ...others] = Object.keys(change.variables ?? {});
  const isRefusedShown = others.length === 0 && fields.some(({ id }) => id === refused);
  const groups = [...new Set(fields.map(({ group }) => group))];
  return (
    <Screen title="Settings">
      {error && <Failure error={error} />}
      <TextInput
        ref={field}
        className={classes.search}
        aria-label="Find a setting"
        placeholder="Find a setting"
        value={search}
        onChange={({ currentTarget }) => setSearch(currentTarget.value)}
      />
      {fields.length === 0 && <p role="status">No setting is called that.</p>}
      {settings !== undefined &&
        groups.map((group) => (
          <section key={group}>
            <h2>{group}</h2>
            {fields
              .filter((one) => one.group === group && (one.isShown?.(settings) ?? true))
              .filter(({ id }) => !desktopOnly.has(id) || native !== undefined)
              .map((one) => (
                <Fragment key={one.id}>
                  <SettingField field={one} settings={settings} onChange={change.mutate} />
                  {change.error && isRefusedShown && refused === one.id && <Failure error={change.error} />}
                </Fragment>
              ))}
          </section>
        ))}
      {change.error && !isRefusedShown && <Failure error={change.error} />}
      <Actions>
        <Button variant="default" onClick={() => change.mutate(defaults)}>
          Set everything back
        </Button>
        <span>Your files, archives and history are not touched by that.</span>
      </Actions>
      <p className={classes.quiet}>
        Nothing is uploaded, counted or reported from here.
        {app.data !== undefined &&
          ` Featherweight ${app.data.version} · ${app.data.platform} · ${app.data.cores} cores · Node ${app.data.node}${app.data.remembers ? '' : ' · this session is not remembered'}`}
      </p>
    </Screen>
  );
}
