import { Progress, Text } from '@mantine/core';

import { $api, type Schemas } from '@/api/client';
import { useEvery } from '@/api/lists';
import { useMay } from '@/api/session';
import { useText } from '@/i18n/messages';
import type { Column } from '@/parts/DataTable';
import { LiveStamp, useLive } from '@/parts/Live';
import { ThingPage } from '@/parts/Things';
import { count } from '@/text/figures';

import { DeploymentForm } from './DeploymentForm';
import { StandingWord } from './standing';
import { text } from './text';

type Deployment = Schemas['Deployment'];

export default function Deployments() {
  const t = useText(text);
  const mayChange = useMay('operate');
  const live = useLive(2, ['deployments']);
  const deployments = useEvery('deployments');
  const fleet = $api.useQuery('get', '/api/v1/deployments/status', {}, { refetchInterval: live.interval });
  const now = (one: Deployment) => fleet.data?.deployments.find((status) => status.id === one.id);
  const columns: Column<Deployment>[] = [
    { key: 'name', title: t('name'), cell: (one) => one.name, plain: (one) => one.name },
    {
      key: 'state', title: t('state'), plain: (one) => now(one)?.standing,
      cell: (one) => {
        const status = now(one);
        if (!status) return '–';
        const loading = status.replicas.find((replica) => replica.percent < 100);
        return (
          <>
            <StandingWord of={status.standing} />
            {loading && <Progress value={loading.percent} size="sm" mt={3} maw={160} aria-label={`${loading.stage} ${loading.percent} %`} />}
            {(loading?.stage || status.reason) && (
              <Text size="xs" c="dimmed" maw={320}>
                {loading?.stage || status.reason}
              </Text>
            )}
          </>
        );
      },
    },
    { key: 'ready', title: t('ready'), right: true, cell: (one) => `${now(one)?.ready ?? 0} / ${now(one)?.desired ?? 0}`, plain: (one) => now(one)?.ready, from: 'xs' },
    { key: 'publicName', title: t('publicName'), cell: (one) => one.publicName, plain: (one) => one.publicName, from: 'md' },
    { key: 'engine', title: t('engine'), cell: (one) => one.engine, plain: (one) => one.engine, from: 'sm' },
    { key: 'calls', title: t('calls'), right: true, cell: (one) => count(now(one)?.replicas.reduce((all, replica) => all + replica.calls, 0) ?? 0), from: 'sm' },
    { key: 'waiting', title: t('waiting'), right: true, cell: (one) => count(now(one)?.waiting ?? 0), plain: (one) => now(one)?.waiting, from: 'md' },
    { key: 'gpus', title: t('gpus'), cell: (one) => [...new Set(now(one)?.replicas.flatMap((replica) => replica.gpus.map((gpu) => gpu.gpu)) ?? [])].join(', ') || '–', from: 'lg' },
  ];
  return (
    <ThingPage
      noun="deployments"
      title={t('title')}
      about={t('about')}
      verb={t('create')}
      of={deployments}
      columns={columns}
      name={(one) => one.name}
      may={mayChange}
      form={(one, close) => <DeploymentForm of={one} close={close} />}
      removeWhat={() => t('removeWhat')}
      file="local-models"
      href={(one) => `/deployments/${one.id}`}
      actions={<LiveStamp at={fleet.dataUpdatedAt} of={live} failing={fleet.isRefetchError} />}
      empty={t('empty')}
      emptyWhat={t('emptyWhat')}
    />
  );
}
