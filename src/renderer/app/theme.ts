import { createTheme } from '@mantine/core';

/**
 * Settings of components only. Colours and sizes are in `theme.css`, because a style sheet passes the content policy and
 * the variables that the provider would generate do not.
 */
export const theme = createTheme({
  respectReducedMotion: true,
  defaultRadius: 6,
  cursorType: 'pointer',
});
