import { Button, Group, Stack, Text } from '@mantine/core';
import { notifications } from '@mantine/notifications';
import { useState } from 'react';

import { api, given, type Schemas } from '@/api/client';
import { useText } from '@/i18n/messages';
import { Confirm } from '@/parts/Confirm';
import { CodeBlock, CopyOnce } from '@/parts/Copy';
import { Panel } from '@/parts/Page';

import type { Provider } from './fields';
import { text } from './text';

/** The token with which the provider tells of joiners and leavers. */
export function ScimPanel({ of }: { of: Provider }) {
  const t = useText(text);
  const [asking, setAsking] = useState<'make' | 'take' | null>(null);
  const [made, setMade] = useState<Schemas['ScimToken'] | null>(null);
  const params = { path: { id: of.id } };
  const close = () => setAsking(null);
  return (
    <Panel title={t('scim')}>
      <Stack gap="sm">
        <Text size="sm">{t('scimWhat')}</Text>
        <Group gap="xs">
          <Button variant="default" onClick={() => setAsking('make')}>
            {t('scimMake')}
          </Button>
          <Button variant="default" onClick={() => setAsking('take')}>
            {t('scimTake')}
          </Button>
        </Group>
      </Stack>
      {asking === 'make' && (
        <Confirm title={t('scimMake')} verb={t('scimMake')} close={close} act={async () => setMade(given(await api.POST('/api/v1/sign-on/{id}/scim-token', { params })))}>
          {t('scimMakeWhat')}
        </Confirm>
      )}
      {asking === 'take' && (
        <Confirm
          title={t('scimTake')}
          verb={t('scimTake')}
          close={close}
          act={async () => {
            await api.DELETE('/api/v1/sign-on/{id}/scim-token', { params });
            notifications.show({ message: t('scimTaken') });
          }}
        >
          {t('scimTakeWhat')}
        </Confirm>
      )}
      {made && (
        <CopyOnce title={t('scimTokenOf', { name: of.title ?? of.name })} secret={made.token} label={t('scimToken')} variable="GATEHOUSE_SCIM_TOKEN" kind="token" snippets={[]} close={() => setMade(null)}>
          <Text size="sm">{t('scimUrlWhat')}</Text>
          <CodeBlock code={made.url} label={t('scimUrl')} wrap />
        </CopyOnce>
      )}
    </Panel>
  );
}
