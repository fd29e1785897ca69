import { Anchor, Box, Button, Group, SegmentedControl, SimpleGrid, Stack, Table, Text } from '@mantine/core';
import { useState } from 'react';
import { Link } from 'wouter';

import { $api } from '@/api/client';
import { useEvery } from '@/api/lists';
import { useMay } from '@/api/session';
import { currencyOf, merged, tokens, total, totalCost, useSpending, useUsage, type Line } from '@/api/usage';
import { useText } from '@/i18n/messages';
import { BudgetBar } from '@/parts/BudgetBar';
import { LiveStamp, useLive } from '@/parts/Live';
import { Page, Panel } from '@/parts/Page';
import { Empty, Shown } from '@/parts/States';
import { TimeChart } from '@/parts/TimeChart';
import { Short, Simulated, Status, Tile, UsedBar } from '@/parts/values';
import { groups } from '@/screens/usage/groups';
import { bytes, count, fixed, millis, percent, short } from '@/text/figures';
import { approximately, money, percentOf, sum } from '@/text/money';
import { startOfDay, startOfMonth } from '@/text/times';

import { Attention } from './Attention';
import { text } from './text';
import { useFirstBytes } from './latency';

const HOUR = 3_600_000;

export default function Overview() {
  const t = useText(text);
  const mayUsage = useMay('view_usage');
  const live = useLive(5, ['spend', 'overview', 'gpus', 'deployments']);
  const now = new Date();
  const today = useUsage({ from: startOfDay(now).toISOString() }, { refetchInterval: live.interval, enabled: mayUsage });
  const month = useUsage({ from: startOfMonth(now).toISOString() }, { refetchInterval: live.interval, enabled: mayUsage });
  const mayBox = useMay('view_box');
  const status = $api.useQuery('get', '/api/v1/system/status', {}, { refetchInterval: live.interval, enabled: mayBox });
  return (
    <Page
      title={t('title')}
      about={
        status.data && (
          <Status tone={status.data.healthy ? 'ok' : 'bad'}>
            {t(status.data.healthy ? 'healthy' : 'unhealthy')} · {status.data.version}
          </Status>
        )
      }
      actions={<LiveStamp at={Math.max(today.dataUpdatedAt, status.dataUpdatedAt)} of={live} failing={today.isRefetchError} />}
    >
      {mayUsage && (
        <Shown of={today} rows={3}>
          {(usage) => <Figures today={usage.lines} month={month.data?.lines ?? []} interval={live.beside} />}
        </Shown>
      )}
      <SimpleGrid cols={{ base: 1, lg: 3 }} spacing="md">
        <Box style={{ gridColumn: 'span 2' }} visibleFrom="lg">
          {mayUsage && <LastDay interval={live.interval} />}
        </Box>
        <Box hiddenFrom="lg">{mayUsage && <LastDay interval={live.interval} />}</Box>
        <Attention live={live} />
      </SimpleGrid>
      <SimpleGrid cols={{ base: 1, lg: 3 }} spacing="md">
        {mayBox && <GpuTiles interval={live.interval} />}
        <Budgets interval={live.interval} />
        {mayUsage && <TopKeys interval={live.interval} />}
      </SimpleGrid>
    </Page>
  );
}

function Figures({ today, month, interval }: { today: readonly Line[]; month: readonly Line[]; interval: number | false }) {
  const t = useText(text);
  const mayAudit = useMay('view_audit');
  const mayBox = useMay('view_box');
  const firstBytes = useFirstBytes(interval);
  const currency = currencyOf(month) ?? currencyOf(today);
  const calls = total(today, 'calls');
  const monthCost = totalCost(month);
  return (
    <SimpleGrid cols={{ base: 2, sm: mayAudit ? 3 : 2, lg: mayAudit ? 5 : 4 }} spacing="sm">
      <Tile name={t('spendMonth')} value={money(monthCost, currency)} note={t('monthNote', { amount: money(totalCost(today), currency) })} to="/usage" />
      <Tile
        name={t('calls')}
        value={<Short value={calls} />}
        note={t('callsNote', { refused: count(total(today, 'refusals')), failed: count(total(today, 'failures')) })}
        {...(mayAudit ? { to: '/audit?kind=call' } : {})}
      />
      <Tile
        name={t('tokens')}
        value={<Short value={total(today, 'inputTokens') + total(today, 'outputTokens')} />}
        note={t('tokensNote', { input: short(total(today, 'inputTokens')), output: short(total(today, 'outputTokens')) })}
        to="/usage"
      />
      {mayAudit && (
        <Tile
          name={t('firstByte')}
          value={millis(firstBytes?.p95)}
          note={firstBytes && t('firstByteNote', { median: millis(firstBytes.median), count: firstBytes.count })}
        />
      )}
      <Tile
        name={t('saved')}
        value={money(sum(today.map((line) => line.savedCost)), currency)}
        note={t('savedNote', { hits: count(total(today, 'cacheHits')), tokens: short(total(today, 'savedTokens')) })}
        {...(mayBox ? { to: '/cache' } : {})}
      />
    </SimpleGrid>
  );
}

type Measure = 'calls' | 'tokens' | 'cost';

function LastDay({ interval }: { interval: number | false }) {
  const t = useText(text);
  const mayIssue = useMay('manage_keys');
  const [measure, setMeasure] = useState<Measure>('calls');
  const end = Math.ceil(Date.now() / HOUR) * HOUR;
  const from = end - 24 * HOUR;
  const usage = useUsage(
    { from: new Date(from).toISOString(), to: new Date(end).toISOString(), bucket: 'hour', groupBy: 'department' },
    { refetchInterval: interval },
  );
  const currency = currencyOf(usage.data?.lines);
  const times = Array.from({ length: 24 }, (_, hour) => (from + hour * HOUR) / 1000);
  const value = (line: Line) => (measure === 'calls' ? line.calls : measure === 'tokens' ? tokens(line) : approximately(line.cost));
  return (
    <Panel
      title={t('last24')}
      actions={
        <SegmentedControl
          size="xs"
          aria-label={t('last24')}
          value={measure}
          onChange={(next) => setMeasure(next as Measure)}
          data={[
            { value: 'calls', label: t('byCalls') },
            { value: 'tokens', label: t('byTokens') },
            { value: 'cost', label: t('byCost') },
          ]}
        />
      }
    >
      <Shown of={usage} rows={5}>
        {(data) =>
          data.lines.length === 0 ? (
            <Empty title={t('firstSteps')} action={mayIssue && <Button component={Link} href="/keys?new=1">{t('createKey')}</Button>}>
              {t(mayIssue ? 'firstStepsWhat' : 'firstCallsWhat')}
            </Empty>
          ) : (
            <TimeChart
              label={t('last24')}
              kind="stack"
              step={3600}
              times={times}
              series={groups(data.lines.filter((line) => line.calls > 0), 'department', 6, value, { other: t('other'), none: '–' }).map((group) => ({
                name: group.name,
                values: times.map((time) => group.at.get(time) ?? 0),
              }))}
              format={(figure) => (measure === 'cost' ? money(figure.toFixed(6), currency) : short(figure))}
            />
          )
        }
      </Shown>
    </Panel>
  );
}

function GpuTiles({ interval }: { interval: number | false }) {
  const t = useText(text);
  const gpus = $api.useQuery('get', '/api/v1/gpus', {}, { refetchInterval: interval });
  return (
    <Panel title={t('gpus')}>
      <Shown of={gpus} rows={3}>
        {(list) => {
          const all = list.nodes.flatMap((node) => node.gpus);
          if (all.length === 0) return <Text size="sm" c="dimmed">{list.trouble}</Text>;
          return (
            <Stack gap="sm">
              {all.slice(0, 8).map((gpu) => {
                const share = gpu.memoryTotalBytes && gpu.memoryUsedBytes !== null ? (gpu.memoryUsedBytes / gpu.memoryTotalBytes) * 100 : 0;
                return (
                  <Box key={gpu.id}>
                    <Group justify="space-between" gap="xs">
                      <Group gap="xs">
                        <Anchor component={Link} href={`/gpus/${gpu.id}`} size="sm" fw={500}>
                          {gpu.name}
                        </Anchor>
                        {gpu.simulated && <Simulated />}
                      </Group>
                      <Text size="xs">
                        {percent(gpu.busy)} · {fixed(gpu.temperatureCelsius, 0, '°C')} · {fixed(gpu.powerWatts, 0, 'W')}
                      </Text>
                    </Group>
                    <UsedBar plain percent={share} label={`${t('memory', { used: bytes(gpu.memoryUsedBytes), all: bytes(gpu.memoryTotalBytes) })} · ${gpu.models.join(', ') || t('idle')}`} />
                  </Box>
                );
              })}
            </Stack>
          );
        }}
      </Shown>
    </Panel>
  );
}

function Budgets({ interval }: { interval: number | false }) {
  const t = useText(text);
  const mayChange = useMay('change');
  const mayUsage = useMay('view_usage');
  const budgets = useEvery('budgets');
  const spent = useSpending(budgets.data ?? [], mayUsage, interval);
  return (
    <Panel title={t('budgets')}>
      <Shown of={budgets} rows={3}>
        {(all) =>
          all.length === 0 ? (
            <Stack gap="xs" align="flex-start">
              <Text size="sm" c="dimmed">
                {t('noBudgets')}
              </Text>
              {mayChange && (
                <Button component={Link} href="/limits?tab=budgets&new=1" variant="default" size="compact-sm">
                  {t('setBudget')}
                </Button>
              )}
            </Stack>
          ) : (
            <Stack gap="sm">
              {[...all]
                .sort((a, b) => percentOf(spent(b) ?? '0', b.amount) - percentOf(spent(a) ?? '0', a.amount))
                .slice(0, 6)
                .map((budget) => (
                  <Box key={budget.id}>
                    <Text size="sm" fw={500}>
                      {budget.scope.name}
                    </Text>
                    <BudgetBar budget={budget} spent={spent(budget)} />
                  </Box>
                ))}
            </Stack>
          )
        }
      </Shown>
    </Panel>
  );
}

function TopKeys({ interval }: { interval: number | false }) {
  const t = useText(text);
  const lines = useUsage({ from: startOfDay(new Date()).toISOString(), groupBy: 'key' }, { refetchInterval: interval }).data?.lines ?? [];
  const currency = currencyOf(lines);
  const top = merged(lines, 'key').filter((line) => line.by['key']).sort((a, b) => b.calls - a.calls).slice(0, 6);
  return (
    <Panel title={t('topKeys')} pad={top.length === 0}>
      {top.length === 0 ? (
        <Text size="sm" c="dimmed">
          {t('none')}
        </Text>
      ) : (
        <Table className="table" aria-label={t('topKeys')}>
          <Table.Tbody>
            {top.map((line) => (
              <Table.Tr key={line.by['key']}>
                <Table.Td>
                  <Anchor component={Link} href={`/keys/${line.by['key']}`} size="sm">
                    {line.names['key'] ?? line.by['key']}
                  </Anchor>
                </Table.Td>
                <Table.Td className="number">{count(line.calls)}</Table.Td>
                <Table.Td className="number">{short(tokens(line))}</Table.Td>
                <Table.Td className="number">{money(line.cost, currency)}</Table.Td>
              </Table.Tr>
            ))}
          </Table.Tbody>
        </Table>
      )}
    </Panel>
  );
}
