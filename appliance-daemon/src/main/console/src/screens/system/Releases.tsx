import { Button, Code, Group, Stack, Table, Text } from '@mantine/core';
import { useState } from 'react';

import { $api, api, given, type Schemas } from '@/api/client';
import { useText } from '@/i18n/messages';
import { Confirm } from '@/parts/Confirm';
import { Panel } from '@/parts/Page';
import { Facts, Status } from '@/parts/values';

import { Bring } from './Bring';
import { text } from './releasesText';

type State = Schemas['UpdateState'];

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
        <Bring
          may={may}
          of={{
            t,
            ending: '.bundle',
            put: '/api/v1/system/update/bundle',
            now,
            media: async () => {
              const { bundles, unreadable } = given(await api.GET('/api/v1/system/update/media'));
              return { files: bundles, unreadable };
            },
            fetch: async (url, privateAllowed) => given(await api.POST('/api/v1/system/update/download', { body: { url, privateAllowed } })),
            discard: () => api.DELETE('/api/v1/system/update/bundle'),
            check: async (medium) => {
              const { version, leftOut } = given(await api.POST('/api/v1/system/update/check', { body: { medium } }));
              return leftOut.length > 0 ? { version, warning: t('leftOut', { layers: leftOut.join(', ') }) } : { version };
            },
            install: async (medium) => given(await api.POST('/api/v1/system/update/install', { body: { medium, restart: true } })),
            ask: { from: now.version ?? '' },
            again,
          }}
        />
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
