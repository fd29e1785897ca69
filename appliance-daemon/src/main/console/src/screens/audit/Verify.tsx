import { Alert, Button, Group, Loader, Modal, Stack, Text } from '@mantine/core';
import { IconShieldCheck } from '@tabler/icons-react';
import { useState } from 'react';

import { api, given, type Schemas } from '@/api/client';
import { useText } from '@/i18n/messages';
import { Failure } from '@/parts/States';
import { text as parts } from '@/parts/text';

import { text } from './text';

/** Walks the chain and says what came of it. */
export function Verify({ from }: { from: string | undefined }) {
  const t = useText(text);
  const p = useText(parts);
  const [opened, setOpened] = useState(false);
  const [found, setFound] = useState<Schemas['Verification'] | null>(null);
  const [error, setError] = useState<unknown>(null);
  const run = async () => {
    setOpened(true);
    setFound(null);
    setError(null);
    try {
      setFound(given(await api.GET('/api/v1/audit/verify', { params: { query: from ? { from } : {} } })));
    } catch (e) {
      setError(e);
    }
  };
  return (
    <>
      <Button leftSection={<IconShieldCheck size={16} aria-hidden />} onClick={() => void run()}>
        {t('verify')}
      </Button>
      <Modal opened={opened} onClose={() => setOpened(false)} title={t('verify')} closeButtonProps={{ 'aria-label': p('close') }}>
        <Stack gap="sm" aria-live="polite">
          <Text size="sm" c="dimmed">
            {t('verifyWhat')}
          </Text>
          {!found && error === null && (
            <Group gap="xs">
              <Loader size="xs" />
              <Text size="sm">{t('verifying')}</Text>
            </Group>
          )}
          {error !== null && <Failure error={error} />}
          {found && (
            <Alert color={found.intact ? 'green' : 'red'} variant="light" title={t(found.intact ? 'intact' : 'broken')}>
              <Text size="sm">{found.message}</Text>
            </Alert>
          )}
        </Stack>
      </Modal>
    </>
  );
}
