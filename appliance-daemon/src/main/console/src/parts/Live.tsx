import { Button, Group, Text } from '@mantine/core';
import { IconPlayerPause, IconPlayerPlay } from '@tabler/icons-react';
import { useState } from 'react';

import { useText } from '@/i18n/messages';
import { clock } from '@/text/times';

import { text } from './text';

/** Whether figures are read again and again, and the button that stops it (WCAG 2.2.2). */
export function useLive(seconds: number): { interval: number | false; paused: boolean; toggle: () => void } {
  const [paused, setPaused] = useState(false);
  return { interval: paused ? false : seconds * 1000, paused, toggle: () => setPaused((was) => !was) };
}

export function LiveStamp({ at, paused, toggle, failing = false }: { at: number | undefined; paused: boolean; toggle: () => void; failing?: boolean }) {
  const t = useText(text);
  const time = at ? clock(new Date(at).toISOString()) : '–';
  return (
    <Group gap="xs">
      <Text size="xs" c={failing ? 'var(--warn)' : 'dimmed'}>
        {t(failing ? 'stale' : paused ? 'paused' : 'live', { time })}
      </Text>
      <Button
        size="compact-xs"
        variant="default"
        leftSection={paused ? <IconPlayerPlay size={13} aria-hidden /> : <IconPlayerPause size={13} aria-hidden />}
        onClick={toggle}
      >
        {paused ? t('resume') : t('pause')}
      </Button>
    </Group>
  );
}
