import { Button, Stack, Text } from '@mantine/core';
import { notifications } from '@mantine/notifications';
import { useState } from 'react';

import { $api, api, given } from '@/api/client';
import { problemOf } from '@/api/problem';
import { useText } from '@/i18n/messages';
import { Panel } from '@/parts/Page';
import { Ago, Facts, Status } from '@/parts/values';
import { dateTime } from '@/text/times';

import { text } from './text';

/** The certificate that clients see, and how its renewal does; nothing where the box is reached without TLS. */
export function Certificate({ may }: { may: boolean }) {
  const t = useText(text);
  const certificate = $api.useQuery('get', '/api/v1/system/certificate', {}, { enabled: window.location.protocol === 'https:' });
  const [busy, setBusy] = useState(false);
  const now = certificate.data;
  if (!now) return null;
  const renew = async () => {
    setBusy(true);
    try {
      given(await api.POST('/api/v1/system/certificate/acme/renew'));
      notifications.show({ message: t('renewed') });
    } catch (e) {
      notifications.show({ color: 'red', message: problemOf(e).detail, autoClose: false });
    } finally {
      setBusy(false);
      await certificate.refetch();
    }
  };
  return (
    <Panel title={t('certificate')} actions={now.acme && <Status tone={now.acme.lastError ? 'bad' : 'ok'}>{t(now.acme.lastError ? 'renewalFails' : 'renewalWorks')}</Status>}>
      <Stack gap="sm" align="flex-start">
        <Facts
          of={[
            [t('fingerprint'), <span className="mono">{now.fingerprint}</span>],
            [t('validUntil'), dateTime(now.expiresAt)],
            ...(now.acme
              ? ([
                  [t('authority'), now.acme.directory],
                  [t('certificateNames'), now.acme.names.join(', ')],
                  [t('lastAttempt'), <Ago time={now.acme.lastAttemptAt} />],
                  [t('nextAttempt'), dateTime(now.acme.nextAttemptAt)],
                ] as const)
              : []),
          ]}
        />
        {now.acme?.lastError && <Text size="sm">{now.acme.lastError}</Text>}
        {now.acme && may && (
          <Button variant="default" loading={busy} onClick={() => void renew()}>
            {t('renewNow')}
          </Button>
        )}
      </Stack>
    </Panel>
  );
}
