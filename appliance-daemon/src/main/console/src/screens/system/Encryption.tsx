import { Button, Code, Group, PasswordInput, Stack, Text, TextInput } from '@mantine/core';
import { notifications } from '@mantine/notifications';
import { useState } from 'react';

import { $api, api, given, type Schemas } from '@/api/client';
import { problemOf } from '@/api/problem';
import { useText } from '@/i18n/messages';
import { Confirm } from '@/parts/Confirm';
import { Panel } from '@/parts/Page';
import { Ago, Facts, Status } from '@/parts/values';

import { text } from './encryptionText';

type State = Schemas['EncryptionState'];

/** Whether the data are encrypted, and the recovery key; nothing where the operating system is not the appliance's. */
export function Encryption({ may }: { may: boolean }) {
  const state = $api.useQuery('get', '/api/v1/system/encryption', {}, { refetchInterval: 60_000 });
  if (!state.data?.supported) return null;
  return <OfAppliance now={state.data} may={may} again={() => void state.refetch()} />;
}

function OfAppliance({ now, may, again }: { now: State; may: boolean; again: () => void }) {
  const t = useText(text);
  const isWaiting = now.recoveryKey === 'waiting';
  return (
    <Panel
      title={t('title')}
      actions={now.encrypted ? isWaiting ? <Status tone="warn">{t('notKept')}</Status> : <Status tone="ok">{t('encrypted')}</Status> : <Status tone="bad">{t('plain')}</Status>}
    >
      <Stack gap="sm">
        <Facts
          of={[
            [t('data'), t(now.encrypted ? 'encrypted' : 'plain')],
            ...(now.encrypted ? ([[t('opens'), t(now.sealed ? 'byTpm' : 'byKey')], [t('key'), t(isWaiting ? 'waiting' : 'kept')]] as const) : []),
            [t('secureBoot'), t(now.secureBoot ? 'secureOn' : 'secureOff')],
            ...(now.recoveredAt ? ([[t('recovered'), <Ago time={now.recoveredAt} />]] as const) : []),
          ]}
        />
        {!now.encrypted && <Text size="sm">{t(now.tpm ? 'plainTpm' : 'plainNoTpm')}</Text>}
        {isWaiting && <Text size="sm">{t('whyKeep')}</Text>}
        {may && isWaiting && <Keep again={again} />}
        {may && now.recoveryKey === 'kept' && <Renew sealed={now.sealed} again={again} />}
      </Stack>
    </Panel>
  );
}

/** Shows the key until somebody typed it again. */
function Keep({ again }: { again: () => void }) {
  const t = useText(text);
  const [key, setKey] = useState<string>();
  const [typed, setTyped] = useState('');
  const doing = async (work: () => Promise<void>) => {
    try {
      await work();
    } catch (e) {
      notifications.show({ color: 'red', message: problemOf(e).detail, autoClose: false });
    }
  };
  if (!key) {
    return (
      <Group>
        <Button onClick={() => void doing(async () => setKey(given(await api.POST('/api/v1/system/encryption/recovery-key/show')).key))}>{t('show')}</Button>
      </Group>
    );
  }
  return (
    <Stack gap="sm">
      <Code block tabIndex={0} aria-label={t('key')} style={{ whiteSpace: 'pre-wrap', overflowWrap: 'anywhere' }}>
        {key}
      </Code>
      <TextInput label={t('again')} description={t('againWhat')} autoComplete="off" spellCheck={false} classNames={{ input: 'mono' }} value={typed} onChange={(e) => setTyped(e.currentTarget.value)} />
      <Group>
        <Button
          disabled={!typed.trim()}
          onClick={() =>
            void doing(async () => {
              given(await api.POST('/api/v1/system/encryption/recovery-key/keep', { body: { key: typed } }));
              again();
            })
          }
        >
          {t('keep')}
        </Button>
      </Group>
    </Stack>
  );
}

function Renew({ sealed, again }: { sealed: boolean; again: () => void }) {
  const t = useText(text);
  const [asking, setAsking] = useState(false);
  const [current, setCurrent] = useState('');
  return (
    <Group>
      <Button variant="default" onClick={() => setAsking(true)}>
        {t('renew')}
      </Button>
      {asking && (
        <Confirm
          title={t('title')}
          verb={t('renew')}
          close={() => setAsking(false)}
          act={async () => {
            given(await api.POST('/api/v1/system/encryption/recovery-key', { body: { current: sealed ? null : current } }));
            again();
          }}
        >
          {t('renewAsk')}
          {!sealed && <PasswordInput mt="sm" label={t('current')} autoComplete="off" value={current} onChange={(e) => setCurrent(e.currentTarget.value)} />}
        </Confirm>
      )}
    </Group>
  );
}
