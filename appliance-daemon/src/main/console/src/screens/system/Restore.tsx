import { Alert, Button, FileButton, Group, PasswordInput, Progress, Stack, Text } from '@mantine/core';
import { notifications } from '@mantine/notifications';
import { useState } from 'react';

import { $api, api, given, type Schemas } from '@/api/client';
import { useText } from '@/i18n/messages';
import { Confirm } from '@/parts/Confirm';
import { Panel } from '@/parts/Page';
import { Ago, Facts } from '@/parts/values';
import { bytes, count } from '@/text/figures';

import { text } from './backupText';
import { useSending } from './sending';

type State = Schemas['RestoreState'];
type Found = Schemas['RestorableBackup'];

/** Puts a backup in place of all that this box has: how it comes here, what it is, and what became of the last one. */
export function Restore() {
  const t = useText(text);
  const state = $api.useQuery('get', '/api/v1/system/restore', {}, { refetchInterval: (query) => (query.state.data?.work ? 1_000 : 30_000) });
  if (!state.data) return null;
  const { unsupported, work, trouble, last, keptBytes } = state.data;
  const again = () => void state.refetch();
  return (
    <Panel title={t('restore')}>
      <Stack gap="sm">
        <Text size="sm">{t('restoreWhat')}</Text>
        {last && (
          <Alert color={last.outcome === 'restored' ? 'green' : 'red'} c="inherit" variant="light" title={t(last.outcome === 'restored' ? 'restored' : 'returned')}>
            <Text size="sm">{t('lastWas', { box: last.box ?? t('unnamed'), by: last.by })}</Text>
            <Text size="sm">
              {t('madeAt')} <Ago time={last.createdAt} />
            </Text>
            {last.reason && <Text size="sm">{last.reason}</Text>}
          </Alert>
        )}
        {keptBytes > 0 && <Kept size={keptBytes} again={again} />}
        {trouble && (
          <Alert color="red" c="inherit" variant="light" title={t('restoreTrouble')}>
            {trouble.message}
          </Alert>
        )}
        {work && (
          <Stack gap={4}>
            <Text size="sm">{t(work.kind === 'restore' ? 'restoring' : 'fetching')}</Text>
            <Progress value={100} aria-label={t('restore')} animated />
          </Stack>
        )}
        {unsupported ? <Text size="sm">{unsupported}</Text> : !work && <Ways now={state.data} again={again} />}
      </Stack>
    </Panel>
  );
}

function Kept({ size, again }: { size: number; again: () => void }) {
  const t = useText(text);
  const [asking, setAsking] = useState(false);
  return (
    <Group>
      <Text size="sm">{t('kept', { size: bytes(size) })}</Text>
      <Button size="xs" variant="default" onClick={() => setAsking(true)}>
        {t('removeKept')}
      </Button>
      {asking && (
        <Confirm
          title={t('removeKept')}
          verb={t('removeKept')}
          close={() => setAsking(false)}
          act={async () => {
            await api.DELETE('/api/v1/system/restore/before');
            again();
          }}
        >
          {t('removeKeptWhat')}
        </Confirm>
      )}
    </Group>
  );
}

/** The ways in which a backup comes, and what may be done with it then. */
function Ways({ now, again }: { now: State; again: () => void }) {
  const t = useText(text);
  const [there, setThere] = useState<Schemas['Kept'][]>();
  const [passphrase, setPassphrase] = useState('');
  const [found, setFound] = useState<Found>();
  const target = $api.useQuery('get', '/api/v1/system/backup-target');

  const { sent, busy, doing, send } = useSending(again);
  const check = async () => setFound(given(await api.POST('/api/v1/system/restore/check', { body: passphrase ? { passphrase } : {} })));
  const upload = (file: File | null) =>
    file &&
    doing(async () => {
      setFound(undefined);
      await send('/api/v1/system/restore/file', file);
      await check();
    });
  return (
    <Stack gap="sm" align="flex-start">
      <Group>
        <FileButton onChange={(file) => void upload(file)} accept=".backup">
          {(props) => (
            <Button {...props} loading={busy && sent !== undefined} variant="default">
              {t('choose')}
            </Button>
          )}
        </FileButton>
        {target.data?.target && (
          <Button variant="default" disabled={busy} onClick={() => void doing(async () => setThere(given(await api.GET('/api/v1/system/backup-target/files')).files))}>
            {t('fromTarget')}
          </Button>
        )}
      </Group>
      {sent !== undefined && <Text size="sm">{t('sending', { percent: Math.round(sent) })}</Text>}
      {there?.length === 0 && <Text size="sm">{t('noneThere')}</Text>}
      {there?.map((one) => (
        <Group key={one.name}>
          <Text size="sm" className="mono">{`${one.name} (${bytes(one.bytes)})`}</Text>
          <Button
            size="xs"
            variant="default"
            disabled={busy}
            onClick={() =>
              void doing(async () => {
                setFound(undefined);
                await api.POST('/api/v1/system/restore/fetch', { body: { name: one.name } });
                setThere(undefined);
              })
            }
          >
            {t('fetch')}
          </Button>
        </Group>
      ))}
      {now.receivedBytes != null && sent === undefined && (
        <>
          <Group>
            <Text size="sm">{t('received', { size: bytes(now.receivedBytes) })}</Text>
            <Button
              size="xs"
              variant="subtle"
              disabled={busy}
              onClick={() =>
                void doing(async () => {
                  await api.DELETE('/api/v1/system/restore/file');
                  setFound(undefined);
                })
              }
            >
              {t('throwAway')}
            </Button>
          </Group>
          <Group align="flex-end">
            <PasswordInput label={t('passphrase')} description={t('itsPassphrase')} autoComplete="off" w={280} value={passphrase} onChange={(event) => setPassphrase(event.currentTarget.value)} />
            <Button variant="default" disabled={busy} onClick={() => void doing(check)}>
              {t('look')}
            </Button>
          </Group>
          {found && <What found={found} passphrase={passphrase} again={again} />}
        </>
      )}
    </Stack>
  );
}

/** What the backup is, and whether it can be restored here. */
function What({ found, passphrase, again }: { found: Found; passphrase: string; again: () => void }) {
  const t = useText(text);
  const machine = $api.useQuery('get', '/api/v1/system/machine');
  const [asking, setAsking] = useState(false);
  return (
    <>
      <Facts
        of={[
          [t('fromBox'), found.box ?? t('unnamed')],
          [t('madeAt'), <Ago time={found.createdAt} />],
          [t('writtenBy'), `${found.version ?? '–'} (${t('schema', { schema: found.schema })})`],
          [t('holds'), t('holdsWhat', { users: count(found.users), keys: count(found.keys), models: count(found.models), records: count(found.records) })],
          [t('unpacked'), bytes(found.unpackedBytes)],
        ]}
      />
      {found.opens ? (
        <Button color="red" disabled={!machine.data} onClick={() => setAsking(true)}>
          {t('restoreNow')}
        </Button>
      ) : (
        <Alert color="yellow" c="inherit" variant="light">
          {t(found.holdsKey ? 'needsPassphrase' : 'opensThereOnly')}
        </Alert>
      )}
      {asking && machine.data && (
        <Confirm
          title={t('restore')}
          name={machine.data.name}
          verb={t('restoreNow')}
          close={() => setAsking(false)}
          act={async () => {
            await api.POST('/api/v1/system/restore', { body: { name: machine.data.name, ...(passphrase ? { passphrase } : {}) } });
            notifications.show({ message: t('restoreBegun'), autoClose: false });
            again();
          }}
        >
          {t('restoreAsk', { box: found.box ?? t('unnamed') })}
        </Confirm>
      )}
    </>
  );
}
