import { Box, Group, Stack, Text } from '@mantine/core';

import type { CallRow } from '@/api/trail';
import { useText } from '@/i18n/messages';
import { micros } from '@/text/figures';

import { text } from './text';

interface Bar {
  name: string;
  note: string;
  from: number;
  length: number;
  color: string;
}

/** One call from its first byte in to its last byte out; every attempt a bar. */
export function Waterfall({ of }: { of: CallRow }) {
  const t = useText(text);
  const all = Math.max(1, of.totalMicros);
  const attempts = of.attempts ?? [];
  const bars: Bar[] = attempts.map((attempt) => ({
    name: t('attempt', { upstream: attempt.upstream }),
    note: `${attempt.cause.replaceAll('_', ' ')}${attempt.status ? ` · HTTP ${attempt.status}` : ''} · ${micros(attempt.totalMicros)}`,
    from: attempt.startMicros,
    length: attempt.totalMicros,
    color: 'var(--bad)',
  }));
  const last = attempts.at(-1);
  const begun = last ? last.startMicros + last.totalMicros : 0;
  if (of.upstream && of.firstByteMicros !== undefined) {
    const waited = Math.max(0, of.firstByteMicros - begun);
    bars.push({ name: `${t('served', { upstream: of.instance ?? of.upstream })}: ${t('waiting')}`, note: micros(waited), from: begun, length: waited, color: 'var(--warn)' });
    const relayed = Math.max(0, of.totalMicros - of.firstByteMicros);
    bars.push({ name: t('relaying'), note: micros(relayed), from: of.firstByteMicros, length: relayed, color: 'var(--ok)' });
  } else {
    bars.push({ name: of.saved ? t('cacheHit') : t('inGateway'), note: micros(of.totalMicros - begun), from: begun, length: of.totalMicros - begun, color: 'var(--idle)' });
  }
  return (
    <Stack gap="sm" component="ol" style={{ listStyle: 'none', padding: 0, margin: 0 }}>
      {bars.map((bar, place) => (
        <Box key={place} component="li">
          <Group justify="space-between" gap="xs" wrap="nowrap">
            <Text size="sm">{bar.name}</Text>
            <Text size="sm" c="dimmed" ta="right">
              {bar.note}
            </Text>
          </Group>
          <div className="lane">
            <span style={{ left: `${(bar.from / all) * 100}%`, width: `${Math.max(0.3, (bar.length / all) * 100)}%`, background: bar.color }} />
          </div>
        </Box>
      ))}
      <Group justify="space-between" component="li">
        <Text size="xs" c="dimmed">
          0
        </Text>
        <Text size="xs" c="dimmed">
          {micros(of.totalMicros)}
        </Text>
      </Group>
    </Stack>
  );
}
