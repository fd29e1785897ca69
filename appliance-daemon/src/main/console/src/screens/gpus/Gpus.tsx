import { Alert, Box, Group, SimpleGrid, Stack, Tabs, Text, Title } from '@mantine/core';
import { Link } from 'wouter';

import { $api, type Schemas } from '@/api/client';
import { useText } from '@/i18n/messages';
import { useWords } from '@/i18n/useWords';
import { DataTable, type Column } from '@/parts/DataTable';
import { LiveStamp, useLive } from '@/parts/Live';
import { Page } from '@/parts/Page';
import { Empty, Shown } from '@/parts/States';
import { useParam } from '@/parts/url';
import { Ago, Simulated, Status, UsedBar } from '@/parts/values';
import { bytes, count, fixed, percent } from '@/text/figures';

import { text } from './text';

type Gpu = Schemas['GpuView'];
type Happening = Schemas['GpuHappening'];

export default function Gpus() {
  const t = useText(text);
  const [tab, setTab] = useParam('tab', 'now');
  const live = useLive(2, ['gpus']);
  const gpus = $api.useQuery('get', '/api/v1/gpus', {}, { refetchInterval: live.interval });
  return (
    <Page title={t('title')} about={t('about')} actions={<LiveStamp at={gpus.dataUpdatedAt} of={live} failing={gpus.isRefetchError} />}>
      <Tabs value={tab} onChange={setTab} keepMounted={false}>
        <Tabs.List mb="md">
          <Tabs.Tab value="now">{t('now')}</Tabs.Tab>
          <Tabs.Tab value="events">{t('events')}</Tabs.Tab>
        </Tabs.List>
        <Tabs.Panel value="now">
          <Shown of={gpus}>
            {(list) =>
              list.nodes.every((node) => node.gpus.length === 0) ? (
                <Box className="panel">
                  <Empty title={t('noGpus')}>{list.trouble}</Empty>
                </Box>
              ) : (
                <Stack gap="lg">
                  {list.nodes.map((node) => (
                    <Box key={node.name}>
                      <Group gap="sm" mb="xs">
                        <Title order={2}>{node.name}</Title>
                        <Text size="xs" c="dimmed">
                          {t('source')}: {node.source} · <Ago time={node.takenAt} />
                        </Text>
                      </Group>
                      {node.notes.map((note) => (
                        <Alert key={note} color="gray" variant="light" c="inherit" mb="xs" py="xs">
                          {note}
                        </Alert>
                      ))}
                      <SimpleGrid cols={{ base: 1, sm: 2, lg: 3, xl: 4 }} spacing="sm">
                        {node.gpus.map((gpu) => (
                          <GpuTile key={gpu.id} of={gpu} />
                        ))}
                      </SimpleGrid>
                    </Box>
                  ))}
                </Stack>
              )
            }
          </Shown>
        </Tabs.Panel>
        <Tabs.Panel value="events">
          <Events />
        </Tabs.Panel>
      </Tabs>
    </Page>
  );
}

function GpuTile({ of }: { of: Gpu }) {
  const t = useText(text);
  const w = useWords();
  const share = of.memoryTotalBytes && of.memoryUsedBytes !== null ? (of.memoryUsedBytes / of.memoryTotalBytes) * 100 : 0;
  return (
    <Link href={`/gpus/${of.id}`} style={{ color: 'inherit', textDecoration: 'none' }} data-row>
      <Box className="panel" p="md">
        <Group justify="space-between" gap="xs" mb="xs">
          <Group gap="xs">
            <Text fw={600} size="sm">
              {of.index} · {of.name}
            </Text>
            {of.simulated && <Simulated />}
          </Group>
          <Status tone={of.condition === 'ok' ? 'ok' : of.condition === 'unknown' ? 'idle' : 'bad'}>{w('condition', of.condition)}</Status>
        </Group>
        <SimpleGrid cols={3} spacing="xs" mb="xs">
          <Figure name={t('busy')} value={percent(of.busy)} />
          <Figure name={t('temperature')} value={fixed(of.temperatureCelsius, 0, '°C')} />
          <Figure name={t('power')} value={fixed(of.powerWatts, 0, 'W')} />
        </SimpleGrid>
        <UsedBar plain percent={share} label={`${t('memory')} ${bytes(of.memoryUsedBytes)} / ${bytes(of.memoryTotalBytes)}`} />
        <Text size="xs" c="dimmed" mt="xs">
          {t('models')}: {of.models.join(', ') || t('idle')}
        </Text>
      </Box>
    </Link>
  );
}

function Figure({ name, value }: { name: string; value: string }) {
  return (
    <div>
      <Text size="xs" c="dimmed">
        {name}
      </Text>
      <Text fw={600}>{value}</Text>
    </div>
  );
}

function Events() {
  const t = useText(text);
  const w = useWords();
  const events = $api.useQuery('get', '/api/v1/gpus/events', {}, { refetchInterval: 15_000 });
  const columns: Column<Happening>[] = [
    { key: 'severity', title: t('severity'), cell: (one) => <Status tone={one.severity === 'critical' ? 'bad' : one.severity === 'warning' ? 'warn' : 'idle'}>{w('severity', one.severity)}</Status>, plain: (one) => one.severity },
    { key: 'gpu', title: t('gpu'), cell: (one) => `${one.node} ${one.index}`, plain: (one) => one.gpu, from: 'xs' },
    { key: 'what', title: t('what'), cell: (one) => one.text, plain: (one) => one.text },
    { key: 'advice', title: t('advice'), cell: (one) => one.advice, plain: (one) => one.advice, from: 'md' },
    { key: 'state', title: t('state'), cell: (one) => t(one.active ? 'lasting' : 'over'), plain: (one) => t(one.active ? 'lasting' : 'over'), from: 'sm' },
    { key: 'times', title: t('times'), right: true, cell: (one) => count(one.times), plain: (one) => one.times, from: 'sm' },
    { key: 'last', title: t('last'), cell: (one) => <Ago time={one.lastSeen} />, plain: (one) => one.lastSeen },
  ];
  return (
    <Shown of={events}>
      {(found) => (
        <DataTable
          label={t('events')}
          file="gpu-events"
          rows={found.events}
          columns={columns}
          id={(one) => `${one.gpu} ${one.symptom} ${one.firstSeen}`}
          empty={<Empty title={t('noEvents')}>{t('noEventsWhat')}</Empty>}
        />
      )}
    </Shown>
  );
}
