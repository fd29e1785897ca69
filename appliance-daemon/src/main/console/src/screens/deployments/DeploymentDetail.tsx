import { Alert, Anchor, Box, Button, Group, List, Progress, Select, SimpleGrid, Stack, Text } from '@mantine/core';
import { notifications } from '@mantine/notifications';
import { useState } from 'react';
import { Link, useParams } from 'wouter';

import { $api, api, refresh, type Schemas } from '@/api/client';
import { useMay } from '@/api/session';
import { useText } from '@/i18n/messages';
import { LiveStamp, useLive } from '@/parts/Live';
import { Page, Panel } from '@/parts/Page';
import { RowMenu } from '@/parts/RowMenu';
import { Shown } from '@/parts/States';
import { Ago, Facts } from '@/parts/values';
import { Changes } from '@/screens/audit/Changes';
import { bytes, count, percent } from '@/text/figures';
import { clock } from '@/text/times';

import { DeploymentForm } from './DeploymentForm';
import { PhaseWord, StandingWord } from './standing';
import { text } from './text';

export default function DeploymentDetail() {
  const t = useText(text);
  const { id = '' } = useParams<{ id: string }>();
  const live = useLive(2);
  const mayChange = useMay('operate');
  const mayAudit = useMay('view_audit');
  const path = { id };
  const deployment = $api.useQuery('get', '/api/v1/deployments/{id}', { params: { path } });
  const status = $api.useQuery('get', '/api/v1/deployments/{id}/status', { params: { path } }, { refetchInterval: live.interval });
  const retry = async () => {
    await api.POST('/api/v1/deployments/{id}/retry', { params: { path } });
    notifications.show({ message: t('retryDone') });
    await refresh();
  };
  return (
    <Shown of={deployment} rows={8}>
      {(one) => (
        <Page
          title={one.name}
          about={status.data && <StandingWord of={status.data.standing} />}
          back={
            <Anchor component={Link} href="/deployments" size="xs">
              ← {t('all')}
            </Anchor>
          }
          actions={
            <>
              <LiveStamp at={status.dataUpdatedAt} of={live} failing={status.isRefetchError} />
              {mayChange && status.data && status.data.standing !== 'serving' && (
                <Button variant="default" onClick={() => void retry()}>
                  {t('retry')}
                </Button>
              )}
              {mayChange && <RowMenu name={one.name} edit={(close) => <DeploymentForm of={one} close={close} />} />}
            </>
          }
        >
          {status.data?.reason && (
            <Alert color="yellow" c="inherit" variant="light">
              {status.data.reason}
              {status.data.retryAfterSeconds !== null && ` ${t('comeBack', { seconds: count(status.data.retryAfterSeconds) })}`}
            </Alert>
          )}
          <Shown of={status} rows={4}>
            {(now) => <Engines of={now} />}
          </Shown>
          <SimpleGrid cols={{ base: 1, md: 2 }} spacing="md">
            <Panel title={t('facts')}>
              <Facts
                of={[
                  [t('publicName'), one.publicName],
                  [t('model'), <span className="mono">{one.model}</span>],
                  [t('engine'), `${one.engine}${one.release ? ` ${one.release}` : ''}`],
                  [t('replicas'), count(one.replicas)],
                  [t('context'), one.sizing.contextTokens === 0 ? t('contextOwn') : one.sizing.contextTokens < 0 ? t('contextLongest') : count(one.sizing.contextTokens)],
                  [t('onGpus'), one.sizing.gpus.join(', ') || t('anyGpu')],
                  [t('tensorParallel'), count(one.sizing.tensorParallel)],
                  [t('quantisation'), one.sizing.quantisation],
                  [t('onDemand'), one.onDemand ? `${count(one.idleSeconds)} s` : '–'],
                  [t('sleep'), t(`sleep.${one.sleep}`)],
                  [t('priority'), count(one.priority)],
                  one.extraArguments.length > 0 && [t('arguments'), <span className="mono">{one.extraArguments.join(' ')}</span>],
                ]}
              />
            </Panel>
            {mayAudit && (
              <Panel title={t('history')}>
                <Changes objectId={id} empty={t('noHistory')} />
              </Panel>
            )}
          </SimpleGrid>
          <Logs id={id} instances={status.data?.replicas.map((replica) => replica.id) ?? []} interval={live.interval} />
        </Page>
      )}
    </Shown>
  );
}

function Engines({ of }: { of: Schemas['DeploymentStatus'] }) {
  const t = useText(text);
  return (
    <Panel title={t('engines')}>
      {of.replicas.length === 0 && (
        <Text size="sm" c="dimmed">
          {t('noEngines')}
        </Text>
      )}
      <Stack gap="md">
        {of.replicas.map((replica) => (
          <Box key={replica.id}>
            <Group justify="space-between" mb={4}>
              <Group gap="sm">
                <Text fw={600} size="sm">
                  {replica.id}
                </Text>
                <PhaseWord of={replica.phase} />
                <Text size="xs" c="dimmed">
                  <Ago time={replica.since} />
                </Text>
              </Group>
              {replica.percent < 100 && (
                <Text size="xs">
                  {replica.stage} {replica.percent} %
                </Text>
              )}
            </Group>
            {replica.percent < 100 && <Progress value={replica.percent} mb="xs" aria-label={`${replica.id} ${replica.percent} %`} />}
            <Facts
              of={[
                [t('gpus'), replica.gpus.map((gpu) => `${gpu.gpu} (${bytes(gpu.bytes)})`).join(', ') || '–'],
                [t('context'), count(replica.contextTokens)],
                [t('calls'), `${count(replica.calls)}${replica.running === null ? '' : ` · ${t('running')} ${count(replica.running)}`}${replica.waiting === null ? '' : ` · ${t('waiting')} ${count(replica.waiting)}`}`],
                replica.kvUsage !== null && [t('kv'), percent(replica.kvUsage, 1)],
                replica.restarts > 0 && [t('restarts'), count(replica.restarts)],
                replica.lastCause !== '' && [t('lastCause'), replica.lastCause],
                replica.explanation.length > 0 && [
                  t('why'),
                  <List size="sm" key="why">
                    {replica.explanation.map((sentence) => (
                      <List.Item key={sentence}>{sentence}</List.Item>
                    ))}
                  </List>,
                ],
              ]}
            />
          </Box>
        ))}
      </Stack>
    </Panel>
  );
}

function Logs({ id, instances, interval }: { id: string; instances: readonly string[]; interval: number | false }) {
  const t = useText(text);
  const [instance, setInstance] = useState<string | null>(null);
  const logs = $api.useQuery(
    'get',
    '/api/v1/deployments/{id}/logs',
    { params: { path: { id }, query: { lines: 300, ...(instance ? { instance } : {}) } } },
    { refetchInterval: interval },
  );
  return (
    <Panel
      title={t('logs')}
      actions={instances.length > 1 && <Select size="xs" w={180} aria-label={t('engines')} placeholder={t('anyInstance')} clearable value={instance} onChange={setInstance} data={[...instances]} />}
    >
      <Shown of={logs} rows={5}>
        {(found) =>
          found.lines.length === 0 ? (
            <Text size="sm" c="dimmed">
              {t('noLogs')}
            </Text>
          ) : (
            <pre className="code" data-wrap tabIndex={0} aria-label={t('logs')}>
              {found.lines.map((line) => `${clock(line.at)} ${instances.length > 1 ? `${line.instance} ` : ''}${line.text}`).join('\n')}
            </pre>
          )
        }
      </Shown>
    </Panel>
  );
}
