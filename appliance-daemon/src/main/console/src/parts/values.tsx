import { Badge, Box, Group, Progress, Text, Tooltip } from '@mantine/core';
import type { ReactNode } from 'react';
import { Link } from 'wouter';

import { useLanguage } from '@/i18n/language';
import { useText } from '@/i18n/messages';
import { count, short } from '@/text/figures';
import { ago, exactly } from '@/text/times';

import { text } from './text';

export type Tone = 'ok' | 'warn' | 'bad' | 'idle';

/** A state as colour and word: never as colour alone. */
export function Status({ tone, children }: { tone: Tone; children: ReactNode }) {
  return (
    <span className="status" style={{ ['--tone' as string]: `var(--${tone})` }}>
      {children}
    </span>
  );
}

export function Ago({ time, never }: { time: string | null | undefined; never?: string }) {
  useLanguage();
  const t = useText(text);
  if (!time) return <Text span inherit c="dimmed">{never ?? t('never')}</Text>;
  return (
    <Tooltip label={exactly(time)}>
      <time dateTime={time} style={{ whiteSpace: 'nowrap' }}>
        {ago(time)}
      </time>
    </Tooltip>
  );
}

/** A figure in short, with the exact one as its title. */
export function Short({ value }: { value: number | null | undefined }) {
  return <span title={count(value)}>{short(value)}</span>;
}

export function Simulated() {
  const t = useText(text);
  return (
    <Badge size="sm" color="gray" variant="outline" c="dimmed">
      {t('simulated')}
    </Badge>
  );
}

/** How much of something is used, as bar and as words; plain where much is no matter. */
export function UsedBar({ percent, label, title, plain = false }: { percent: number; label: string; title?: string; plain?: boolean }) {
  const tone = plain ? 'var(--mantine-primary-color-filled)' : percent >= 100 ? 'var(--bad)' : percent >= 80 ? 'var(--warn)' : 'var(--ok)';
  return (
    <Box miw={120} title={title}>
      <Text size="xs" mb={2}>
        {label}
      </Text>
      <Progress value={Math.min(100, percent)} color={tone} size="sm" aria-label={label} />
    </Box>
  );
}

/** A figure with its name; may lead somewhere. */
export function Tile({ name, value, note, to, tone, title }: { name: string; value: ReactNode; note?: ReactNode; to?: string; tone?: Tone; title?: string }) {
  const body = (
    <Box className="panel" px="md" py="sm" h="100%" title={title}>
      <Text size="xs" c="dimmed">
        {name}
      </Text>
      <Text fz="1.5rem" fw={600} lh={1.25} c={tone ? `var(--${tone})` : undefined} component="div">
        {value}
      </Text>
      {note && (
        <Text size="xs" c="dimmed" component="div" mt={2}>
          {note}
        </Text>
      )}
    </Box>
  );
  return to ? (
    <Link href={to} style={{ color: 'inherit', textDecoration: 'none' }}>
      {body}
    </Link>
  ) : (
    body
  );
}

export function Facts({ of }: { of: readonly (readonly [string, ReactNode] | null | false)[] }) {
  return (
    <dl className="facts">
      {of.map((fact) => (fact ? [<dt key={`${fact[0]} name`}>{fact[0]}</dt>, <dd key={fact[0]}>{fact[1]}</dd>] : null))}
    </dl>
  );
}

export function Words({ of, most = 3 }: { of: readonly string[]; most?: number }) {
  const t = useText(text);
  if (of.length === 0) return <Text span inherit c="dimmed">{t('none')}</Text>;
  if (of.length === 1 && of[0] === '*') return <>{t('all')}</>;
  return (
    <Group gap={4} title={of.join(', ')}>
      {of.slice(0, most).map((word) => (
        <Badge key={word} color="gray" c="inherit">
          {word}
        </Badge>
      ))}
      {of.length > most && <Text size="xs">+{of.length - most}</Text>}
    </Group>
  );
}
