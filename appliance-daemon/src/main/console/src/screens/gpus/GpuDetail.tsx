import { Anchor, Group, SegmentedControl, SimpleGrid, Table, Text } from '@mantine/core';
import { Link, useParams } from 'wouter';

import { $api, type Schemas } from '@/api/client';
import { useText } from '@/i18n/messages';
import { useWords } from '@/i18n/useWords';
import { LiveStamp, useLive } from '@/parts/Live';
import { Page, Panel } from '@/parts/Page';
import { Shown } from '@/parts/States';
import { TimeChart } from '@/parts/TimeChart';
import { useParam } from '@/parts/url';
import { Facts, Simulated, Status } from '@/parts/values';
import { bytes, count, fixed, percent } from '@/text/figures';

import { text } from './text';

const SPANS = {
  s10: { grain: 'second', seconds: 600, step: 1 },
  m1: { grain: 'minute', seconds: 3_600, step: 60 },
  m24: { grain: 'minute', seconds: 86_400, step: 60 },
  h7: { grain: 'hour', seconds: 604_800, step: 3_600 },
} as const;
type Span = keyof typeof SPANS;

export default function GpuDetail() {
  const t = useText(text);
  const w = useWords();
  const { id = '' } = useParams<{ id: string }>();
  const live = useLive(2, ['gpus']);
  const gpu = $api.useQuery('get', '/api/v1/gpus/{gpu}', { params: { path: { gpu: id } } }, { refetchInterval: live.interval });
  return (
    <Shown of={gpu} rows={8}>
      {(one) => (
        <Page
          title={`${one.name} (${one.index})`}
          about={
            <>
              <Status tone={one.condition === 'ok' ? 'ok' : one.condition === 'unknown' ? 'idle' : 'bad'}>{w('condition', one.condition)}</Status> {one.simulated && <Simulated />}
            </>
          }
          back={
            <Anchor component={Link} href="/gpus" size="xs">
              ← {t('all')}
            </Anchor>
          }
          actions={<LiveStamp at={gpu.dataUpdatedAt} of={live} failing={gpu.isRefetchError} />}
        >
          <History id={id} paused={live.paused} />
          <SimpleGrid cols={{ base: 1, md: 2 }} spacing="md">
            <Panel title={t('facts')}>
              <Facts
                of={[
                  [t('busy'), percent(one.busy)],
                  [t('memory'), `${bytes(one.memoryUsedBytes)} / ${bytes(one.memoryTotalBytes)}`],
                  [t('temperature'), fixed(one.temperatureCelsius, 0, '°C')],
                  [t('power'), fixed(one.powerWatts, 0, 'W')],
                  [t('clocks'), one.clockReasons.join(', ') || t('free')],
                  [t('models'), one.models.join(', ') || t('idle')],
                  [t('node'), one.node],
                  [t('source'), one.source],
                  [t('uuid'), <span className="mono">{one.id}</span>],
                  one.pciBusId !== '' && [t('pci'), <span className="mono">{one.pciBusId}</span>],
                  one.serial !== '' && [t('serial'), one.serial],
                  one.driverVersion !== '' && [t('driver'), one.driverVersion],
                  one.computeCapability !== '' && [t('capability'), one.computeCapability],
                  one.numaNode !== null && [t('numa'), count(one.numaNode)],
                  one.migEnabled && [t('mig'), one.instances.map((part) => part.profile || String(part.instance)).join(', ')],
                ]}
              />
            </Panel>
            <Processes of={one} />
          </SimpleGrid>
          <Readings of={one} />
        </Page>
      )}
    </Shown>
  );
}

function History({ id, paused }: { id: string; paused: boolean }) {
  const t = useText(text);
  const [span, setSpan] = useParam('span', 's10');
  const { grain, seconds, step } = SPANS[(span in SPANS ? span : 's10') as Span];
  const end = Math.floor(Date.now() / 10_000) * 10_000;
  const past = $api.useQuery(
    'get',
    '/api/v1/gpus/{gpu}/history',
    { params: { path: { gpu: id }, query: { grain, from: new Date(end - seconds * 1000).toISOString() } } },
    { placeholderData: (before) => before, refetchInterval: paused ? false : grain === 'second' ? 2_000 : 30_000 },
  );
  return (
    <Panel
      title={t('history')}
      actions={
        <SegmentedControl size="xs" aria-label={t('span')} value={span} onChange={setSpan} data={(Object.keys(SPANS) as Span[]).map((value) => ({ value, label: t(value) }))} />
      }
    >
      <Shown of={past} rows={6}>
        {(found) => {
          if (found.points.length === 0) {
            return (
              <Text size="sm" c="dimmed">
                {t('noHistory')}
              </Text>
            );
          }
          const times = found.points.map((point) => Date.parse(point.at) / 1000);
          const values = (metric: string, scale = 1) => found.points.map((point) => (point.mean[metric] === undefined ? null : point.mean[metric] * scale));
          const unit = (metric: string) => found.units[metric] ?? '';
          // In GiB, so that the axis has round numbers.
          const gibibytes = unit('memory_used') === 'mebibytes' ? 1 / 1024 : 1 / 1_073_741_824;
          return (
            <SimpleGrid cols={{ base: 1, md: 2 }} spacing="md">
              <One name={t('busy')} times={times} values={values('utilisation')} max={100} format={(value) => `${Math.round(value)} %`} step={step} />
              <One name={t('memory')} times={times} values={values('memory_used', gibibytes)} format={(value) => `${fixed(value, value < 10 ? 1 : 0)} GiB`} step={step} />
              <One name={t('power')} times={times} values={values('power')} format={(value) => `${Math.round(value)} W`} step={step} />
              <One name={t('temperature')} times={times} values={values('temperature')} format={(value) => `${Math.round(value)} °C`} step={step} />
            </SimpleGrid>
          );
        }}
      </Shown>
    </Panel>
  );
}

function One({ name, times, values, format, step, max }: { name: string; times: number[]; values: (number | null)[]; format: (value: number) => string; step: number; max?: number }) {
  return (
    <div>
      <TimeChart label={name} height={150} times={times} step={step} series={[{ name, values }]} format={format} {...(max === undefined ? {} : { max })} />
    </div>
  );
}

function Processes({ of }: { of: Schemas['GpuView'] }) {
  const t = useText(text);
  return (
    <Panel title={t('processes')} pad={of.processes.length === 0}>
      {of.processes.length === 0 ? (
        <Text size="sm" c="dimmed">
          {t(of.processesKnown ? 'nobody' : 'notKnown')}
        </Text>
      ) : (
        <Table className="table" aria-label={t('processes')}>
          <Table.Thead>
            <Table.Tr>
              <Table.Th>{t('pid')}</Table.Th>
              <Table.Th>{t('holder')}</Table.Th>
              <Table.Th className="number">{t('memory')}</Table.Th>
            </Table.Tr>
          </Table.Thead>
          <Table.Tbody>
            {of.processes.map((process) => (
              <Table.Tr key={process.pid}>
                <Table.Td>{process.pid}</Table.Td>
                <Table.Td>{process.model ?? t('foreign')}</Table.Td>
                <Table.Td className="number">{bytes(process.memoryBytes)}</Table.Td>
              </Table.Tr>
            ))}
          </Table.Tbody>
        </Table>
      )}
    </Panel>
  );
}

const UNITS: Readonly<Record<string, string>> = {
  megahertz: 'MHz', celsius: '°C', watts: 'W', millijoules: 'mJ', percent: '%', mebibytes: 'MiB', count: '', ratio: '', bits: '', state: '',
};

function Readings({ of }: { of: Schemas['GpuView'] }) {
  const t = useText(text);
  const there = of.readings.filter((reading) => reading.value !== null);
  return (
    <Panel title={t('readings')}>
      <SimpleGrid cols={{ base: 1, sm: 2, lg: 3 }} spacing="xl" verticalSpacing={4}>
        {there.map((reading) => (
          <Group key={reading.metric} justify="space-between" gap="sm" wrap="nowrap" title={reading.exporterName}>
            <Text size="sm" c="dimmed">
              {reading.metric.replaceAll('_', ' ')}
            </Text>
            <Text size="sm">
              {count(reading.value)} {UNITS[reading.unit] ?? reading.unit}
            </Text>
          </Group>
        ))}
      </SimpleGrid>
    </Panel>
  );
}
