import { Alert, Box, Button, Group, Stack, Table, Text, Title } from '@mantine/core';
import { useState } from 'react';
import { Link } from 'wouter';

import { problemOf } from '@/api/problem';
import { useText } from '@/i18n/messages';
import { Failure } from '@/parts/States';
import { Ago, Status, type Tone } from '@/parts/values';

import { finish, type SetUp, type Status as State } from './api';
import { useStepTitle } from './stepTitle';
import { text } from './text';

const TONES: Readonly<Record<State, Tone>> = { open: 'idle', done: 'ok', skipped: 'warn' };

/** What was done, what was left out and why; then the end. */
export function Summary({ setUp, look, finished }: { setUp: SetUp; look: () => void; finished: () => void }) {
  const t = useText(text);
  const titleOf = useStepTitle();
  const [busy, setBusy] = useState(false);
  const [error, setError] = useState<unknown>(null);
  const open = setUp.steps.filter((step) => step.status === 'open');
  const end = async () => {
    setBusy(true);
    setError(null);
    try {
      await finish();
      finished();
    } catch (e) {
      setError(e);
      if (problemOf(e).status === 401) look();
    } finally {
      setBusy(false);
    }
  };
  return (
    <>
      <Box>
        <Title order={1}>{t('step.summary')}</Title>
        <Text size="sm" c="dimmed" mt={2}>
          {t(open.length > 0 ? 'summaryOpen' : 'summaryReady')}
        </Text>
      </Box>
      <Box className="panel">
        <Table.ScrollContainer minWidth={0} type="native" tabIndex={0} role="region" aria-label={t('step.summary')}>
          <Table className="table" aria-label={t('step.summary')}>
            <Table.Thead>
              <Table.Tr>
                <Table.Th>{t('stepColumn')}</Table.Th>
                <Table.Th>{t('statusColumn')}</Table.Th>
                <Table.Th>{t('whatColumn')}</Table.Th>
                <Table.Th visibleFrom="sm">{t('whenColumn')}</Table.Th>
              </Table.Tr>
            </Table.Thead>
            <Table.Tbody>
              {setUp.steps.map((step) => (
                <Table.Tr key={step.name}>
                  <Table.Td>
                    <Link href={`/${step.name}`} style={{ color: 'var(--mantine-color-anchor)' }}>
                      {titleOf(step.name)}
                    </Link>
                  </Table.Td>
                  <Table.Td>
                    <Status tone={TONES[step.status]}>{t(step.status)}</Status>
                  </Table.Td>
                  <Table.Td style={{ overflowWrap: 'anywhere' }}>{step.status === 'skipped' ? step.reason : said(step.answer)}</Table.Td>
                  <Table.Td visibleFrom="sm">{step.changedAt ? <Ago time={step.changedAt} /> : '–'}</Table.Td>
                </Table.Tr>
              ))}
            </Table.Tbody>
          </Table>
        </Table.ScrollContainer>
      </Box>
      {open.length > 0 && (
        <Alert color="yellow" c="inherit" variant="light" role="note" title={t('stillOpen')}>
          {open.map((step) => titleOf(step.name)).join(', ')}
        </Alert>
      )}
      {error !== null && <Failure error={error} />}
      <Stack gap="xs" align="flex-start">
        <Group>
          <Button onClick={() => void end()} loading={busy} disabled={open.length > 0}>
            {t('finish')}
          </Button>
        </Group>
        <Text size="xs" c="dimmed">
          {t('finishWhat')}
        </Text>
      </Stack>
    </>
  );
}

/** The words and numbers of an answer, in one line: enough to recognise it. */
function said(answer: unknown): string {
  const found: string[] = [];
  const walk = (value: unknown) => {
    if (typeof value === 'string' && value !== '' && value.length <= 80) found.push(value);
    else if (typeof value === 'number') found.push(String(value));
    else if (Array.isArray(value)) value.forEach(walk);
    else if (value && typeof value === 'object') Object.values(value).forEach(walk);
  };
  walk(answer);
  const line = found.slice(0, 8).join(' · ');
  return found.length > 8 ? `${line} …` : line || '–';
}
