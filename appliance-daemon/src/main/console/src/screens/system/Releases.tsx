import { Button, Checkbox, Code, FileButton, Group, Progress, Stack, Table, Text, TextInput } from '@mantine/core';
import { notifications } from '@mantine/notifications';
import { useState } from 'react';

import { $api, api, given, type Schemas } from '@/api/client';
import { Problem, problemOf } from '@/api/problem';
import { sessionHeaders } from '@/api/session';
import { useText } from '@/i18n/messages';
import { Confirm } from '@/parts/Confirm';
import { Panel } from '@/parts/Page';
import { Facts, Status } from '@/parts/values';
import { bytes } from '@/text/figures';

import { text } from './releasesText';

type State = Schemas['UpdateState'];
type Medium = Schemas['MediumInput'];
const PART = 8 << 20;

/** Releases of the operating system; nothing where that is not the appliance's. */
export function Releases({ may }: { may: boolean }) {
  const state = $api.useQuery('get', '/api/v1/system/update', {}, { refetchInterval: (query) => (query.state.data?.work ? 2_000 : 30_000) });
  if (!state.data?.supported) return null;
  return <OnDisk now={state.data} may={may} again={() => void state.refetch()} />;
}

function OnDisk({ now, may, again }: { now: State; may: boolean; again: () => void }) {
  const t = useText(text);
  const [back, setBack] = useState<string>();
  const before = now.releases.find((one) => !one.running && one.good);
  const last = now.last;
  const became = { installed: 'lastInstalled', good: 'lastGood', returned: 'lastReturned', given_up: 'lastGivenUp' } as const;
  return (
    <Panel title={t('title')} actions={last?.outcome === 'returned' && <Status tone="bad">{t('failed')}</Status>}>
      <Stack gap="sm">
        <Text size="sm">{t('what')}</Text>
        <Facts
          of={[
            [t('runs'), now.version],
            [t('rootHash'), <span className="mono" title={t('rootHashWhat')}>{`${now.rootHash?.slice(0, 16) ?? ''}…`}</span>],
            last && [t('last'), t(became[last.outcome], { version: last.version, from: last.from })],
          ]}
        />
        {last?.outcome === 'returned' && last.reason && (
          <>
            <Text size="sm">{t('why')}</Text>
            <Code block tabIndex={0} aria-label={t('why')} style={{ whiteSpace: 'pre-wrap' }}>
              {last.reason}
            </Code>
          </>
        )}
        <Table className="table" aria-label={t('onDisk')}>
          <Table.Tbody>
            {now.releases.map((one) => (
              <Table.Tr key={one.version}>
                <Table.Td>{one.version}</Table.Td>
                <Table.Td>
                  <Status tone={one.failed ? 'bad' : one.good ? 'ok' : 'warn'}>{t(one.failed ? 'failed' : one.good ? 'good' : 'untried')}</Status>
                </Table.Td>
                <Table.Td>{one.running && t('running')}</Table.Td>
              </Table.Tr>
            ))}
          </Table.Tbody>
        </Table>
        {now.work && (
          <Stack gap={4}>
            <Text size="sm">{now.work.step}</Text>
            <Progress value={now.work.percent} aria-label={now.work.step} animated />
          </Stack>
        )}
        {now.trouble && (
          <Text size="sm" c="red">
            {now.trouble.message}
          </Text>
        )}
        {may && !now.work && <Bring now={now} again={again} />}
        {may && before && !now.work && (
          <Group>
            <Button variant="default" onClick={() => setBack(before.version)}>
              {t('back', { version: before.version })}
            </Button>
          </Group>
        )}
      </Stack>
      {back && (
        <Confirm title={t('title')} verb={t('back', { version: back })} close={() => setBack(undefined)} act={async () => void given(await api.POST('/api/v1/system/update/return', { body: { restart: true } }))}>
          {t('backAsk', { version: back })}
        </Confirm>
      )}
    </Panel>
  );
}

/** The ways in which a bundle comes to the box, and what may be done with it then. */
function Bring({ now, again }: { now: State; again: () => void }) {
  const t = useText(text);
  const [sent, setSent] = useState<number>();
  const [url, setUrl] = useState('');
  const [own, setOwn] = useState(false);
  const [media, setMedia] = useState<Schemas['Media']>();
  const [checked, setChecked] = useState<{ version: string; medium: Medium | null }>();
  const [asking, setAsking] = useState(false);
  const [busy, setBusy] = useState(false);

  const doing = async (work: () => Promise<void>) => {
    setBusy(true);
    try {
      await work();
    } catch (e) {
      notifications.show({ color: 'red', message: problemOf(e).detail, autoClose: false });
    } finally {
      setBusy(false);
      setSent(undefined);
      again();
    }
  };
  const check = (medium: Medium | null) =>
    doing(async () => {
      const bundle = given(await api.POST('/api/v1/system/update/check', { body: { medium } }));
      setChecked({ version: bundle.version, medium });
    });
  const upload = (file: File | null) =>
    file &&
    doing(async () => {
      for (let at = 0; at < file.size; at += PART) {
        setSent((100 * at) / file.size);
        const answer = await fetch(`/api/v1/system/update/bundle?offset=${String(at)}`, {
          method: 'PUT',
          headers: { ...sessionHeaders(), 'content-type': 'application/octet-stream' },
          body: file.slice(at, at + PART),
        });
        if (!answer.ok) throw await Problem.of(answer);
      }
    });
  return (
    <Stack gap="sm" align="flex-start">
      <Group>
        <FileButton onChange={(file) => void upload(file)} accept=".bundle">
          {(props) => (
            <Button {...props} loading={busy && sent !== undefined} title={t('chooseHelp')}>
              {t('choose')}
            </Button>
          )}
        </FileButton>
        <Button
          variant="default"
          disabled={busy}
          onClick={() => void doing(async () => setMedia(given(await api.GET('/api/v1/system/update/media'))))}
        >
          {t('media')}
        </Button>
      </Group>
      {sent !== undefined && <Text size="sm">{t('sending', { percent: Math.round(sent) })}</Text>}
      <Group align="flex-end">
        <TextInput label={t('fetch')} placeholder="https://" aria-label={t('url')} value={url} onChange={(e) => setUrl(e.currentTarget.value)} />
        <Checkbox label={t('privateAllowed')} checked={own} onChange={(e) => setOwn(e.currentTarget.checked)} />
        <Button variant="default" disabled={busy || !url} onClick={() => void doing(async () => void given(await api.POST('/api/v1/system/update/download', { body: { url, privateAllowed: own } })))}>
          {t('download')}
        </Button>
      </Group>
      {media?.bundles.length === 0 && <Text size="sm">{t('noMedia')}</Text>}
      {media?.unreadable.map((one) => (
        <Text size="sm" c="red" key={one.device}>
          {one.reason}
        </Text>
      ))}
      {media?.bundles.map((one) => (
        <Group key={`${one.device}/${one.file}`}>
          <Text size="sm" className="mono">{`${one.device}: ${one.file} (${bytes(one.bytes)})`}</Text>
          <Button size="xs" variant="default" disabled={busy} onClick={() => void check({ device: one.device, file: one.file })}>
            {t('check')}
          </Button>
        </Group>
      ))}
      {now.receivedBytes != null && (
        <Group>
          <Text size="sm">{t('received', { size: bytes(now.receivedBytes) })}</Text>
          <Button size="xs" variant="default" disabled={busy} onClick={() => void check(null)}>
            {t('check')}
          </Button>
          <Button size="xs" variant="subtle" disabled={busy} onClick={() => void doing(async () => void (await api.DELETE('/api/v1/system/update/bundle')))}>
            {t('throwAway')}
          </Button>
        </Group>
      )}
      {checked && (
        <Group>
          <Text size="sm">{t('checked', { version: checked.version })}</Text>
          <Button onClick={() => setAsking(true)}>{t('install', { version: checked.version })}</Button>
        </Group>
      )}
      {checked && asking && (
        <Confirm
          title={t('title')}
          verb={t('install', { version: checked.version })}
          close={() => setAsking(false)}
          act={async () => {
            given(await api.POST('/api/v1/system/update/install', { body: { medium: checked.medium, restart: true } }));
            setChecked(undefined);
            again();
          }}
        >
          {t('installAsk', { from: now.version ?? '' })}
        </Confirm>
      )}
    </Stack>
  );
}
