import { createTheme, mergeThemeOverrides, type CSSVariablesResolver, type MantineColorsTuple } from '@mantine/core';

const steel: MantineColorsTuple = [
  '#eef5fb', '#dce9f4', '#b5d2ea', '#8ab9df', '#67a4d6', '#5097d1', '#4390cf', '#347db8', '#2167a0', '#145a90',
];

/** Mantine's own greys have no blue in them, and inputs would look brown beside the surfaces of the dark theme. */
const dark: MantineColorsTuple = [
  '#d3d8de', '#b7bfc8', '#838d98', '#68727d', '#434b55', '#31373f', '#282e36', '#1c2026', '#181b20', '#14171b',
];

const theme = createTheme({
  colors: { steel, dark },
  primaryColor: 'steel',
  // With these two every text on a filled colour has a contrast of 4.5 at least.
  primaryShade: { light: 8, dark: 8 },
  autoContrast: true,
  defaultRadius: 'sm',
  fontFamily:
    'system-ui, -apple-system, "Segoe UI", Roboto, "Noto Sans", "PingFang SC", "Microsoft YaHei", "Noto Sans CJK SC", sans-serif',
  fontFamilyMonospace: 'ui-monospace, "SF Mono", "Cascadia Mono", Menlo, Consolas, "DejaVu Sans Mono", monospace',
  fontSizes: { xs: '0.75rem', sm: '0.8125rem', md: '0.875rem', lg: '1rem', xl: '1.125rem' },
  spacing: { xs: '0.5rem', sm: '0.75rem', md: '1rem', lg: '1.25rem', xl: '2rem' },
  headings: {
    fontWeight: '600',
    sizes: {
      h1: { fontSize: '1.375rem', lineHeight: '1.3' },
      h2: { fontSize: '1rem', lineHeight: '1.4' },
      h3: { fontSize: '0.875rem', lineHeight: '1.4' },
    },
  },
  components: {
    Tooltip: { defaultProps: { openDelay: 300, withArrow: true } },
    Drawer: { defaultProps: { position: 'right', size: 'lg', closeButtonProps: {} } },
    Select: { defaultProps: { checkIconPosition: 'right', comboboxProps: { shadow: 'md' } } },
    Table: { defaultProps: { verticalSpacing: 7, horizontalSpacing: 'sm' } },
    Badge: { defaultProps: { variant: 'light', tt: 'none', fw: 500, radius: 'sm' } },
  },
});

/** The theme, with what the kit itself says to screen readers in the language of the moment. */
export function themeSaying(close: string) {
  return mergeThemeOverrides(theme, { components: { Notification: { defaultProps: { closeButtonProps: { 'aria-label': close } } } } });
}

/** Mantine's own dimmed text has too little contrast on white (3.3 : 1; WCAG 2.2 asks for 4.5). */
export const variables: CSSVariablesResolver = () => ({
  variables: {},
  light: {
    '--mantine-color-dimmed': '#566069',
    '--mantine-color-body': '#f6f7f9',
    '--surface': '#ffffff',
    '--hairline': '#e1e5ea',
    '--ok': '#217a3c',
    '--warn': '#a35200',
    '--bad': '#c22f2f',
    '--idle': '#5f6b76',
    '--mantine-color-placeholder': '#69747e',
    '--mantine-color-anchor': '#145a90',
    '--mantine-color-error': '#c22f2f',
  },
  dark: {
    '--mantine-color-dimmed': '#a3adb8',
    '--mantine-color-body': '#14171b',
    '--surface': '#1c2026',
    '--hairline': '#31373f',
    '--ok': '#5fc27e',
    '--warn': '#e8a54b',
    '--bad': '#f28484',
    '--idle': '#9aa5b1',
    '--mantine-color-placeholder': '#939daa',
    '--mantine-color-anchor': '#8ab9df',
    '--mantine-color-error': '#f28484',
  },
});
