import { Button, Group, Modal, PasswordInput, Stack, Text } from '@mantine/core';
import { notifications } from '@mantine/notifications';
import { useState } from 'react';

import { api, given } from '@/api/client';
import { useText } from '@/i18n/messages';
import { Panel } from '@/parts/Page';
import { Failure } from '@/parts/States';
import { saveAs } from '@/text/csv';
import { bytes } from '@/text/figures';

import { text } from './backupText';

export const SHORTEST_PASSPHRASE = 12;

/** A backup with the key in it: whoever knows its passphrase opens it on any box, and nobody else does anywhere. */
export function Backup() {
  const t = useText(text);
  const [asking, setAsking] = useState(false);
  return (
    <Panel title={t('backup')}>
      <Stack gap="sm" align="flex-start">
        <Text size="sm">{t('backupWhat')}</Text>
        <Button variant="default" onClick={() => setAsking(true)}>
          {t('makeBackup')}
        </Button>
      </Stack>
      {asking && <Asking close={() => setAsking(false)} />}
    </Panel>
  );
}

function Asking({ close }: { close: () => void }) {
  const t = useText(text);
  const [passphrase, setPassphrase] = useState('');
  const [again, setAgain] = useState('');
  const [busy, setBusy] = useState(false);
  const [error, setError] = useState<unknown>(null);
  const short = passphrase.length < SHORTEST_PASSPHRASE;
  const run = async () => {
    setBusy(true);
    setError(null);
    try {
      const content = given(await api.POST('/api/v1/system/backup', { body: { passphrase }, parseAs: 'blob' })) as Blob;
      saveAs('gatehouse.backup', content.type, content);
      notifications.show({ message: t('made', { size: bytes(content.size) }) });
      close();
    } catch (e) {
      setError(e);
      setBusy(false);
    }
  };
  return (
    <Modal opened onClose={close} title={t('makeBackup')} closeButtonProps={{ 'aria-label': t('cancel') }}>
      <form
        onSubmit={(event) => {
          event.preventDefault();
          if (!short && passphrase === again && !busy) void run();
        }}
      >
        <Stack gap="sm">
          <Text size="sm">{t('passphraseWhat')}</Text>
          <PasswordInput
            label={t('passphrase')}
            description={t('passphraseHelp', { least: SHORTEST_PASSPHRASE })}
            autoComplete="new-password"
            value={passphrase}
            onChange={(event) => setPassphrase(event.currentTarget.value)}
            data-autofocus
            error={passphrase !== '' && short && t('tooShort', { least: SHORTEST_PASSPHRASE })}
          />
          <PasswordInput label={t('passphraseAgain')} autoComplete="new-password" value={again} onChange={(event) => setAgain(event.currentTarget.value)} error={again !== '' && again !== passphrase && t('differs')} />
          {error !== null && <Failure error={error} />}
          <Group justify="flex-end">
            <Button variant="default" onClick={close}>
              {t('cancel')}
            </Button>
            <Button type="submit" disabled={short || passphrase !== again} loading={busy}>
              {t('makeBackup')}
            </Button>
          </Group>
        </Stack>
      </form>
    </Modal>
  );
}
