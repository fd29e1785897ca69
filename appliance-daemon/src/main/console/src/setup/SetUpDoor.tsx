import { Alert, Anchor, Box, Button, Group, Stack, Text, Title } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useEffect, useState, type ReactNode } from 'react';

import { useText } from '@/i18n/messages';
import { Failure, Loading } from '@/parts/States';
import { Appearance } from '@/shell/Appearance';
import { Mark } from '@/shell/Mark';

import { getSetUp } from './api';
import { Claim } from './Claim';
import { text } from './text';
import { Wizard } from './Wizard';

/** How often a page looks whether somebody else has claimed, taken over or finished the set-up. */
const LOOK_EVERY = 5_000;

/** Where the set-up stands decides what is shown: the claim, the steps, or the way to the console. */
export function SetUpDoor() {
  const t = useText(text);
  const setUp = useQuery({ queryKey: ['set-up'], queryFn: getSetUp, refetchInterval: LOOK_EVERY, staleTime: 0 });
  const [mine, setMine] = useState(false);
  const [finished, setFinished] = useState(false);
  const state = setUp.data;
  const claimed = state?.phase === 'claimed' && state.steps.length > 0;

  useEffect(() => {
    document.title = `${t('title')} · Gatehouse`;
  });
  useEffect(() => {
    if (claimed) setMine(true);
  }, [claimed]);

  if (finished || state?.phase === 'finished') {
    return (
      <Frame wide>
        <Box className="panel" p="lg" maw={560} mx="auto" w="100%">
          <Stack gap="sm" align="flex-start">
            <Title order={1}>{t('finishedTitle')}</Title>
            <Text size="sm">{t('finishedWhat')}</Text>
            <Button component="a" href="/console/">
              {t('toConsole')}
            </Button>
          </Stack>
        </Box>
      </Frame>
    );
  }
  if (!state) {
    return (
      <Frame>
        <Box maw={560} mx="auto" w="100%">
          {setUp.error ? <Failure error={setUp.error} retry={() => void setUp.refetch()} /> : <Loading rows={4} />}
        </Box>
      </Frame>
    );
  }
  if (claimed) {
    return (
      <Frame wide version={state.version}>
        {setUp.isRefetchError && (
          <Alert color="yellow" c="inherit" variant="light" mb="md" role="status" title={t('away')}>
            {t('awayWhat')}
          </Alert>
        )}
        <Wizard setUp={state} look={() => void setUp.refetch()} finished={() => setFinished(true)} />
      </Frame>
    );
  }
  return (
    <Frame version={state.version}>
      <Claim
        setUp={state}
        lost={mine}
        claimed={async () => {
          await setUp.refetch();
        }}
      />
    </Frame>
  );
}

function Frame({ wide = false, version, children }: { wide?: boolean; version?: string; children: ReactNode }) {
  const t = useText(text);
  return (
    <Box mih="100vh">
      <a className="skip" href="#content">
        {t('skipLink')}
      </a>
      <Box component="header" style={{ background: 'var(--surface)', borderBottom: '1px solid var(--hairline)' }}>
        <Group h={48} px="md" justify="space-between" wrap="nowrap" maw="80rem" mx="auto">
          <Group gap={8} wrap="nowrap">
            <Mark size={24} />
            <Text fw={600}>Gatehouse</Text>
            {version && (
              <Text size="xs" c="dimmed" visibleFrom="xs">
                {version}
              </Text>
            )}
          </Group>
          <Appearance />
        </Group>
      </Box>
      <Box component="main" id="content" px="md" py={wide ? 'lg' : 'xl'} maw="80rem" mx="auto">
        {children}
      </Box>
      {!wide && (
        <Text size="xs" c="dimmed" ta="center" pb="lg">
          {t('otherWays')}{' '}
          <Anchor href="/console/" size="xs" underline="always">
            {t('toConsole')}
          </Anchor>
        </Text>
      )}
    </Box>
  );
}
