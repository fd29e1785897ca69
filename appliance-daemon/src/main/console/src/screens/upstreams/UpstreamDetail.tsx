import { Anchor, SimpleGrid, Stack, Table, Text } from '@mantine/core';
import { useQueries } from '@tanstack/react-query';
import { Link, useParams } from 'wouter';

import { $api, api, given, type Schemas } from '@/api/client';
import { useEvery } from '@/api/lists';
import { useMay } from '@/api/session';
import { useText } from '@/i18n/messages';
import { Page, Panel } from '@/parts/Page';
import { RowMenu } from '@/parts/RowMenu';
import { Shown } from '@/parts/States';
import { Facts, Simulated, Status } from '@/parts/values';
import { Changes } from '@/screens/audit/Changes';
import { RecentTroubles } from '@/screens/audit/RecentTroubles';
import { UsagePanel } from '@/screens/usage/UsagePanel';
import { millis } from '@/text/figures';

import { Test } from './Test';
import { text } from './text';
import { UpstreamForm } from './UpstreamForm';

type Upstream = Schemas['UpstreamServer'];

export default function UpstreamDetail() {
  const t = useText(text);
  const { id = '' } = useParams<{ id: string }>();
  const mayChange = useMay('change');
  const mayUsage = useMay('view_usage');
  const mayAudit = useMay('view_audit');
  const upstream = $api.useQuery('get', '/api/v1/upstreams/{id}', { params: { path: { id } } });
  const models = useEvery('models');
  return (
    <Shown of={upstream} rows={8}>
      {(one) => {
        const served = (models.data ?? []).filter((model) => model.targets.some((target) => target.upstreamId === one.id));
        return (
          <Page
            title={one.name}
            about={<>{one.kind} {one.simulated && <Simulated />}</>}
            back={
              <Anchor component={Link} href="/upstreams" size="xs">
                ← {t('all')}
              </Anchor>
            }
            actions={
              mayChange && (
                <>
                  <Test of={one} size="sm" />
                  <RowMenu name={one.name} edit={(close) => <UpstreamForm of={one} close={close} />} />
                </>
              )
            }
          >
            <SimpleGrid cols={{ base: 1, md: 2 }} spacing="md">
              <Panel title={t('facts')}>
                <Facts
                  of={[
                    [t('baseUrl'), <span className="mono">{one.baseUrl}</span>],
                    [t('place'), one.local ? t('local') : t('remote')],
                    one.region !== null && [t('region'), one.region],
                    [
                      t('usedBy'),
                      served.length === 0 ? '–' : served.map((model, place) => (
                        <span key={model.id}>
                          {place > 0 && ', '}
                          <Anchor component={Link} href={`/models/${model.id}`} size="sm">
                            {model.name}
                          </Anchor>
                        </span>
                      )),
                    ],
                    [t('timeouts'), `${t('connectMillis')} ${millis(one.timeouts.connectMillis)} · ${t('firstByteMillis')} ${millis(one.timeouts.firstByteMillis)} · ${t('totalMillis')} ${millis(one.timeouts.totalMillis)}`],
                    Object.keys(one.options).length > 0 && [t('options'), <span className="mono">{Object.entries(one.options).map(([name, value]) => `${name}=${value}`).join(', ')}</span>],
                  ]}
                />
                {one.baseUrl.startsWith('deployment:') && (
                  <Text size="sm" c="dimmed" mt="sm">
                    {t('deployment')}
                  </Text>
                )}
              </Panel>
              <Panel title={t('keyStates')}>
                <KeyStates of={one} models={served.map((model) => model.id)} />
              </Panel>
            </SimpleGrid>
            {mayUsage && <UsagePanel title={t('usage')} empty={t('noUsage')} filter={{ upstream: one.name }} by="model" />}
            {mayAudit && (
              <SimpleGrid cols={{ base: 1, md: 2 }} spacing="md">
                <Panel title={t('errors')}>
                  <RecentTroubles filter={{ upstream: one.name }} empty={t('noErrors')} />
                </Panel>
                <Panel title={t('history')}>
                  <Changes objectId={id} empty={t('noHistory')} />
                </Panel>
              </SimpleGrid>
            )}
          </Page>
        );
      }}
    </Shown>
  );
}

/** The standing of each key, as the routes of the models tell it that it serves. */
function KeyStates({ of, models }: { of: Upstream; models: readonly string[] }) {
  const t = useText(text);
  const routes = useQueries({
    queries: models.slice(0, 20).map((id) => ({
      queryKey: ['route of', id], refetchInterval: 5_000,
      queryFn: async () => given(await api.GET('/api/v1/models/{id}/route', { params: { path: { id } } })),
    })),
  });
  const standings = routes.flatMap((route) => route.data?.targets ?? []).filter((target) => target.upstream === of.name).flatMap((target) => target.keys);
  if (of.keys.length === 0) {
    return (
      <Text size="sm" c="dimmed">
        {t('noKeys')}
      </Text>
    );
  }
  return (
    <Stack gap="xs">
      <Table className="table" aria-label={t('keyStates')}>
        <Table.Thead>
          <Table.Tr>
            <Table.Th>{t('name')}</Table.Th>
            <Table.Th>{t('account')}</Table.Th>
            <Table.Th>{t('state')}</Table.Th>
          </Table.Tr>
        </Table.Thead>
        <Table.Tbody>
          {of.keys.map((key) => {
            const mine = standings.filter((standing) => standing.name === key.name);
            const out = mine.find((standing) => standing.out !== null)?.out;
            const rest = Math.max(0, ...mine.map((standing) => standing.restMillis));
            return (
              <Table.Tr key={key.name}>
                <Table.Td>{key.name}</Table.Td>
                <Table.Td>{key.account}</Table.Td>
                <Table.Td>
                  {out ? (
                    <Status tone="bad">{t('keyOut', { why: out })}</Status>
                  ) : rest > 0 ? (
                    <Status tone="warn">{t('keyRests', { time: millis(rest) })}</Status>
                  ) : mine.length > 0 ? (
                    <Status tone="ok">{t('keyWell')}</Status>
                  ) : (
                    <Status tone="idle">{t('keyUnused')}</Status>
                  )}
                </Table.Td>
              </Table.Tr>
            );
          })}
        </Table.Tbody>
      </Table>
    </Stack>
  );
}
