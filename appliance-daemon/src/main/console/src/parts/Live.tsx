import { Button, Group, Text } from '@mantine/core';
import { IconPlayerPause, IconPlayerPlay } from '@tabler/icons-react';
import { useState } from 'react';

import { useEvents, type Standing, type Topic } from '@/api/events';
import { take } from '@/api/live';
import { useText } from '@/i18n/messages';
import { clock } from '@/text/times';

import { text } from './text';

export interface Liveness {
  /** How often to ask for what the topics say, in ms: never while they say it themselves. */
  interval: number | false;
  /** How often to ask for what no topic says. */
  beside: number | false;
  paused: boolean;
  toggle: () => void;
  standing: Standing;
}

const NOTHING: readonly Topic[] = [];

/**
 * Figures that stay new, and the button that stops it (WCAG 2.2.2): told by the box where there are topics and a connection, else asked
 * for every so many seconds.
 */
export function useLive(seconds: number, topics: readonly Topic[] = NOTHING): Liveness {
  const [paused, setPaused] = useState(false);
  const standing = useEvents(paused ? NOTHING : topics, take);
  const every = seconds * 1000;
  return {
    interval: paused || standing === 'open' || standing === 'opening' ? false : every,
    beside: paused ? false : Math.max(every, 10_000),
    paused, standing,
    toggle: () => setPaused((was) => !was),
  };
}

export function LiveStamp({ at, of, failing = false }: { at: number | undefined; of: Liveness; failing?: boolean }) {
  const t = useText(text);
  const time = at ? clock(new Date(at).toISOString()) : '–';
  const word = failing ? 'stale' : of.paused ? 'paused' : of.standing === 'lost' ? 'asking' : of.standing === 'open' ? 'told' : 'live';
  return (
    <Group gap="xs">
      <Text size="xs" c={word === 'stale' || word === 'asking' ? 'var(--warn)' : 'dimmed'} title={word === 'asking' ? t('askingWhat') : undefined} data-live={word}>
        {t(word, { time })}
      </Text>
      <Button
        size="compact-xs"
        variant="default"
        leftSection={of.paused ? <IconPlayerPlay size={13} aria-hidden /> : <IconPlayerPause size={13} aria-hidden />}
        onClick={of.toggle}
      >
        {of.paused ? t('resume') : t('pause')}
      </Button>
    </Group>
  );
}
