import { useMantineColorScheme } from '@mantine/core';
import { useEffect } from 'react';
import { useSettings } from '../host/settings.ts';

/** Puts the chosen theme and motion on the page. */
export function useAnnouncedSettings(): void {
  const { data } = useSettings();
  // Holding back transitions would write a style sheet, which the content policy refuses.
  const { setColorScheme } = useMantineColorScheme({ keepTransitions: true });
  const theme = data?.theme;
  const motion = data?.motion;
  useEffect(() => {
    if (theme !== undefined) setColorScheme(theme === 'system' ? 'auto' : theme);
  }, [theme, setColorScheme]);
  useEffect(() => {
    document.documentElement.dataset['motion'] = motion === 'reduced' ? 'none' : 'system';
  }, [motion]);
}
