import { Alert, Button, Group, List, Loader, Stack, Text } from '@mantine/core';
import { useState } from 'react';

import { api, given, type Schemas } from '@/api/client';
import { beginAddress } from '@/api/session';
import { useText } from '@/i18n/messages';
import { Panel } from '@/parts/Page';
import { Failure } from '@/parts/States';

import type { Provider } from './fields';
import { text } from './text';

/** Asks the provider, live, whatever can be asked without a person; then a person can try it, too. */
export function TestPanel({ of }: { of: Provider }) {
  const t = useText(text);
  const [busy, setBusy] = useState(false);
  const [found, setFound] = useState<Schemas['SignOnTest'] | null>(null);
  const [error, setError] = useState<unknown>(null);
  const run = async () => {
    setBusy(true);
    setFound(null);
    setError(null);
    try {
      setFound(given(await api.POST('/api/v1/sign-on/{id}/test', { params: { path: { id: of.id } } })));
    } catch (e) {
      setError(e);
    } finally {
      setBusy(false);
    }
  };
  return (
    <Panel title={t('test')}>
      <Stack gap="sm">
        <Text size="sm">{t('testWhat')}</Text>
        <div aria-live="polite">
          {busy && (
            <Group gap="xs">
              <Loader size="xs" />
              <Text size="sm">{t('testing')}</Text>
            </Group>
          )}
          {error !== null && <Failure error={error} />}
          {found && (
            <Alert color={found.ok ? 'green' : 'red'} variant="light" c="inherit" title={t(found.ok ? 'testOk' : 'testBad')}>
              <List size="sm" type="ordered">
                {Object.entries(found.steps).map(([step, how]) => (
                  <List.Item key={step}>
                    {t(step in text ? (`${step}` as keyof typeof text) : 'step', { step: step.replaceAll('_', ' ') })}: {how}
                  </List.Item>
                ))}
              </List>
              {!Object.values(found.steps).includes(found.message) && <Text size="sm" mt={4}>{found.message}</Text>}
            </Alert>
          )}
        </div>
        <Group gap="xs">
          <Button variant="default" loading={busy} onClick={() => void run()}>
            {t('testRun')}
          </Button>
          {of.kind === 'oidc' && of.enabled && (
            <Button component="a" variant="default" href={beginAddress(of.name, window.location.pathname)}>
              {t('testLogin')}
            </Button>
          )}
        </Group>
        {of.kind === 'oidc' && of.enabled && (
          <Text size="xs" c="dimmed">
            {t('testLoginWhat')}
          </Text>
        )}
      </Stack>
    </Panel>
  );
}
