import 'uplot/dist/uPlot.min.css';

import { Box, Group, Text, useComputedColorScheme } from '@mantine/core';
import { useEffect, useMemo, useRef, useState } from 'react';
import uPlot from 'uplot';

import { locale, useLanguage } from '@/i18n/language';
import { useText } from '@/i18n/messages';

import { text } from './text';

export interface Series {
  name: string;
  values: readonly (number | null)[];
  color?: string;
}

interface TimeChartProps {
  label: string;
  times: readonly number[];
  series: readonly Series[];
  kind?: 'line' | 'stack';
  height?: number;
  format: (value: number) => string;
  max?: number;
  /** How wide a bar of a stack is, in seconds. */
  step?: number;
  legend?: boolean;
}

const COLORS = {
  light: ['#2167a0', '#c2571a', '#2d8a4e', '#8a4fbf', '#b8860b', '#c2406b', '#1e8a8a', '#6b7785'],
  dark: ['#67a4d6', '#ee9a5c', '#6cc48a', '#bd93e8', '#dcb84a', '#ee86a8', '#5cc4c4', '#9aa5b1'],
};

export function colorOf(place: number, scheme: 'light' | 'dark'): string {
  const all = COLORS[scheme];
  return all[place % all.length] ?? '#888888';
}

/** Between two times of the axis, in px: the longest, such as 11月22日, fits with room beside it. */
const TIME_APART = 64;

/** Figures over time. For eyes only: whoever shows it shows the same figures as a table too. */
export function TimeChart({ label, times, series, kind = 'line', height = 220, format, max, step = 86_400, legend = true }: TimeChartProps) {
  const t = useText(text);
  useLanguage();
  const scheme = useComputedColorScheme('light');
  const box = useRef<HTMLDivElement>(null);
  const plot = useRef<uPlot | null>(null);
  const [at, setAt] = useState<number | null>(null);
  const colors = useMemo(() => series.map((one, place) => one.color ?? colorOf(place, scheme)), [series, scheme]);
  const data = useMemo(() => (kind === 'stack' ? stacked(times, series) : plainData(times, series)), [times, series, kind]);
  const shape = `${scheme}|${kind}|${height}|${colors.join()}|${locale()}|${max ?? ''}|${step}`;
  const formatter = useRef(format);
  formatter.current = format;

  useEffect(() => {
    const host = box.current;
    if (!host) return undefined;
    const ink = scheme === 'dark' ? '#a3adb8' : '#566069';
    const grid = scheme === 'dark' ? '#2b3038' : '#e9ecef';
    const font = '11px system-ui, sans-serif';
    const axis = { stroke: ink, font, grid: { stroke: grid, width: 1 }, ticks: { stroke: grid, width: 1 } };
    const bars = uPlot.paths.bars?.({ size: [0.75, 60], align: 0 });
    const lines = colors.map((color, place) => ({
      label: String(place),
      stroke: color,
      width: kind === 'stack' ? 0 : 1.5,
      ...(kind === 'stack' ? { fill: color, paths: bars, points: { show: false } } : { points: { show: false } }),
    }));
    const chart = new uPlot(
      {
        width: host.clientWidth || 600,
        height,
        legend: { show: false },
        cursor: { y: false, points: { show: kind === 'line' } },
        scales: {
          x: { time: true, ...(kind === 'stack' ? { range: (_, low, high) => [low - step * 0.6, high + step * 0.6] as [number, number] } : {}) },
          y: { range: (_, __, high) => [0, max ?? (high > 0 ? high * 1.1 : 1)] },
        },
        axes: [
          { ...axis, space: TIME_APART, values: (_, splits) => axisTimes(splits) },
          { ...axis, size: 62, values: (_, splits) => splits.map((split) => formatter.current(split)) },
        ],
        series: [{}, ...(kind === 'stack' ? [...lines].reverse() : lines)],
        hooks: { setCursor: [(u) => setAt(u.cursor.idx ?? null)] },
      },
      data as uPlot.AlignedData,
      host,
    );
    plot.current = chart;
    const watch = new ResizeObserver(() => chart.setSize({ width: host.clientWidth, height }));
    watch.observe(host);
    return () => {
      watch.disconnect();
      chart.destroy();
      plot.current = null;
    };
    // Made anew only when it looks different; new figures go in below.
    // eslint-disable-next-line
  }, [shape]);

  useEffect(() => {
    plot.current?.setData(data as uPlot.AlignedData);
  }, [data]);

  const moment = at === null ? undefined : times[at];
  return (
    <Box>
      <div ref={box} role="img" aria-label={t('chartOf', { name: label })} style={{ width: '100%', minHeight: height }} />
      {legend && (
        <Group gap="md" mt={4} justify="flex-start" aria-hidden>
          {moment !== undefined && (
            <Text size="xs" fw={600}>
              {axisMoment(moment, step)}
            </Text>
          )}
          {series.map((one, place) => (
            <Group key={one.name} gap={6} wrap="nowrap">
              <span style={{ width: 10, height: 10, borderRadius: 2, background: colors[place], flex: 'none' }} />
              <Text size="xs" c="dimmed">
                {one.name}
                {at !== null && ` ${one.values[at] === null || one.values[at] === undefined ? '–' : format(one.values[at])}`}
              </Text>
            </Group>
          ))}
        </Group>
      )}
    </Box>
  );
}

function plainData(times: readonly number[], series: readonly Series[]): (number | null)[][] {
  return [[...times], ...series.map((one) => [...one.values])];
}

/** Each series on top of those before; drawn from the highest down, so that each covers the one behind. */
function stacked(times: readonly number[], series: readonly Series[]): (number | null)[][] {
  const sums = times.map(() => 0);
  const layers = series.map((one) =>
    times.map((_, place) => {
      sums[place] = (sums[place] ?? 0) + (one.values[place] ?? 0);
      return sums[place] ?? 0;
    }),
  );
  return [[...times], ...layers.reverse()];
}

function axisTimes(splits: readonly number[]): string[] {
  const span = (splits.at(-1) ?? 0) - (splits[0] ?? 0);
  const day = new Intl.DateTimeFormat(locale(), { month: 'short', day: 'numeric' });
  const hour = new Intl.DateTimeFormat(locale(), { hour: '2-digit', minute: '2-digit', hourCycle: 'h23' });
  const second = new Intl.DateTimeFormat(locale(), { minute: '2-digit', second: '2-digit' });
  let before = '';
  return splits.map((split) => {
    const when = new Date(split * 1000);
    const text = span > 2 * 86_400 ? day.format(when) : span < 180 ? second.format(when) : hour.format(when);
    const shown = text === before ? '' : text;
    before = text;
    return shown;
  });
}

function axisMoment(time: number, step: number): string {
  return new Intl.DateTimeFormat(locale(), step >= 86_400 ? { dateStyle: 'medium', timeZone: 'UTC' } : { dateStyle: 'short', timeStyle: 'medium' }).format(new Date(time * 1000));
}
