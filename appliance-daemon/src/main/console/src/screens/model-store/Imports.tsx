import { Alert, Box, Button, Group, Progress, Stack, Text } from '@mantine/core';
import { notifications } from '@mantine/notifications';
import { useState, type ReactNode } from 'react';

import { api, refresh, type Schemas } from '@/api/client';
import { problemOf } from '@/api/problem';
import { useMay } from '@/api/session';
import { useText } from '@/i18n/messages';
import { useWords } from '@/i18n/useWords';
import { Confirm } from '@/parts/Confirm';
import { Empty } from '@/parts/States';
import { Status, type Tone } from '@/parts/values';
import { bytes, count, millis } from '@/text/figures';

import { text } from './text';

type Import = Schemas['ModelImportView'];

const TONES: Readonly<Record<string, Tone>> = { active: 'warn', paused: 'idle', interrupted: 'bad', failed: 'bad', cancelled: 'idle', imported: 'ok', already_there: 'ok' };
const ENDED = ['cancelled', 'imported', 'already_there'];

/** What comes in, the newest first: how far it is, how long it takes, what hinders it. */
export function Imports({ of, add }: { of: readonly Import[]; add: ReactNode }) {
  const t = useText(text);
  if (of.length === 0) {
    return (
      <Box className="panel">
        <Empty title={t('noImports')} action={add}>
          {t('noImportsWhat')}
        </Empty>
      </Box>
    );
  }
  return (
    <Stack gap="sm">
      {[...of].reverse().map((one) => (
        <OneImport key={one.id} of={one} />
      ))}
    </Stack>
  );
}

function OneImport({ of }: { of: Import }) {
  const t = useText(text);
  const w = useWords();
  const mayChange = useMay('operate');
  const [cancelling, setCancelling] = useState(false);
  const params = { path: { import: of.id } };
  const run = async (act: () => Promise<unknown>) => {
    try {
      await act();
    } catch (e) {
      notifications.show({ color: 'red', message: problemOf(e).detail, autoClose: false });
    }
    await refresh();
  };
  const active = of.state === 'active';
  return (
    <Box className="panel" p="md" component="section" aria-label={of.name}>
      <Group justify="space-between" gap="xs" mb="xs">
        <Group gap="sm">
          <Text fw={600}>{of.name}</Text>
          <Status tone={TONES[of.state] ?? 'idle'}>{active ? w('importPhase', of.phase) : w('import', of.state)}</Status>
        </Group>
        {mayChange && !ENDED.includes(of.state) && (
          <Group gap="xs">
            {active && (
              <Button size="compact-sm" variant="default" onClick={() => void run(() => api.POST('/api/v1/model-store/imports/{import}/pause', { params }))}>
                {t('pause')}
              </Button>
            )}
            {of.resumable && !active && (
              <Button size="compact-sm" variant="default" onClick={() => void run(() => api.POST('/api/v1/model-store/imports/{import}/resume', { params }))}>
                {t('resume')}
              </Button>
            )}
            <Button size="compact-sm" variant="default" onClick={() => setCancelling(true)}>
              {t('cancel')}
            </Button>
          </Group>
        )}
      </Group>
      <Text size="xs" c="dimmed" mb="xs">
        {t('from', { source: of.source, by: of.by })}
      </Text>
      {!ENDED.includes(of.state) && <Progress value={of.percent} mb={6} color={active ? undefined : 'gray'} aria-label={`${of.name} ${of.percent} %`} />}
      <Text size="sm">
        {of.percent} % · {of.bytes > 0 ? t('ofBytes', { done: bytes(of.bytesDone), all: bytes(of.bytes) }) : bytes(of.bytesDone)}
        {of.files > 0 && ` · ${t('ofFiles', { done: count(of.filesDone), all: count(of.files) })}`}
        {active && of.bytesPerSecond > 0 && ` · ${bytes(of.bytesPerSecond)}/s`}
        {active && of.secondsLeft !== null && ` · ${t('left', { time: millis(of.secondsLeft * 1000) })}`}
      </Text>
      {active && of.current.length > 0 && (
        <Text size="xs" c="dimmed" className="mono" truncate>
          {of.current.join(', ')}
        </Text>
      )}
      {of.problem && (
        <Alert color="red" variant="light" c="inherit" mt="xs" role="alert">
          {of.problem.message}
        </Alert>
      )}
      {cancelling && (
        <Confirm
          title={t('cancelOf', { name: of.name })}
          verb={t('cancel')}
          close={() => setCancelling(false)}
          act={() => api.POST('/api/v1/model-store/imports/{import}/cancel', { params })}
        >
          {t('cancelWhat')}
        </Confirm>
      )}
    </Box>
  );
}
