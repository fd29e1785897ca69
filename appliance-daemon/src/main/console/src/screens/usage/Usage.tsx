import { Alert, Box, Button, Group, SegmentedControl, Select, SimpleGrid, Switch, TextInput } from '@mantine/core';

import { useEvery } from '@/api/lists';
import { currencyOf, total, totalCost, useUsage, type Line, type UsageQuery } from '@/api/usage';
import { useText } from '@/i18n/messages';
import { useWords } from '@/i18n/useWords';
import { Page, Panel } from '@/parts/Page';
import { Empty, Shown } from '@/parts/States';
import { TimeChart } from '@/parts/TimeChart';
import { useParams } from '@/parts/url';
import { Short, Tile } from '@/parts/values';
import { count, percent, short } from '@/text/figures';
import { approximately, money } from '@/text/money';

import { groups } from './groups';
import { BY, MEASURES, valueOf, type By, type Measure } from './measures';
import { before, bucketOf, buckets, periodOf, RANGES, type Period } from './range';
import { text } from './text';
import { UsageTable } from './UsageTable';

const FILTERS = ['department', 'project', 'key', 'model', 'scenario', 'upstream', 'user'] as const;

export default function Usage() {
  const t = useText(text);
  const [params, change] = useParams();
  const range = params.get('range') ?? 'days30';
  const by = (BY.find((one) => one === params.get('by')) ?? 'department') as By;
  const measure = (MEASURES.find((one) => one === params.get('show')) ?? 'cost') as Measure;
  const compare = params.get('compare') === '1';
  const period = periodOf(range, params.get('from'), params.get('to'));
  const filter: UsageQuery = {};
  for (const name of FILTERS) {
    const value = params.get(name);
    if (value) filter[name] = value;
  }
  const sums = useUsage({ ...filter, ...asQuery(period), groupBy: by });
  const earlier = useUsage({ ...filter, ...asQuery(before(period)), groupBy: by }, { enabled: compare });
  const filtered = Object.keys(filter).length > 0;
  return (
    <Page title={t('title')} about={t('about')}>
      <Box className="panel" p="sm">
        <Filters params={params} change={change} range={range} by={by} measure={measure} compare={compare} />
      </Box>
      <Shown of={sums}>
        {(data) =>
          data.lines.length === 0 ? (
            <Box className="panel">
              <Empty
                title={t('empty')}
                action={filtered && <Button variant="default" onClick={() => change(Object.fromEntries(FILTERS.map((name) => [name, null])))}>{t('clear')}</Button>}
              >
                {t('emptyWhat')}
              </Empty>
            </Box>
          ) : (
            <>
              {data.truncated && <Alert color="yellow" c="inherit" variant="light">{t('truncated')}</Alert>}
              <Sums lines={data.lines} earlier={compare ? earlier.data?.lines : undefined} />
              <Over period={period} filter={filter} by={by} measure={measure} />
              <UsageTable
                lines={data.lines}
                earlier={compare ? earlier.data?.lines : undefined}
                by={by}
                period={period}
                measure={measure}
                narrow={(id) => change({ [by]: id, by: by === 'department' ? 'project' : by === 'project' ? 'key' : by === 'key' ? 'model' : by })}
              />
            </>
          )
        }
      </Shown>
    </Page>
  );
}

function asQuery(period: Period): { from: string; to: string } {
  return { from: period.from.toISOString(), to: period.to.toISOString() };
}

interface FiltersProps {
  params: URLSearchParams;
  change: (changes: Record<string, string | null>) => void;
  range: string;
  by: By;
  measure: Measure;
  compare: boolean;
}

function Filters({ params, change, range, by, measure, compare }: FiltersProps) {
  const t = useText(text);
  const w = useWords();
  const departments = useEvery('departments');
  const projects = useEvery('projects');
  const models = useEvery('models');
  const department = params.get('department');
  return (
    <Group gap="xs" align="flex-end">
      <Select
        size="xs"
        w={140}
        label={t('range')}
        allowDeselect={false}
        value={range}
        onChange={(value) => change({ range: value === 'days30' ? null : value })}
        data={RANGES.map((value) => ({ value, label: t(value) }))}
      />
      {range === 'custom' && (
        <>
          <TextInput size="xs" type="date" label={t('from')} value={params.get('from') ?? ''} onChange={(event) => change({ from: event.currentTarget.value })} />
          <TextInput size="xs" type="date" label={t('to')} value={params.get('to') ?? ''} onChange={(event) => change({ to: event.currentTarget.value })} />
        </>
      )}
      <Select
        size="xs"
        w={130}
        label={t('by')}
        allowDeselect={false}
        value={by}
        onChange={(value) => change({ by: value === 'department' ? null : value })}
        data={BY.map((value) => ({ value, label: w('by', value) }))}
      />
      <Select
        size="xs"
        w={160}
        label={w('by', 'department')}
        placeholder={t('filterDepartment')}
        clearable
        searchable
        value={department}
        onChange={(value) => change({ department: value, project: null })}
        data={(departments.data ?? []).map((one) => ({ value: one.id, label: one.name }))}
      />
      <Select
        size="xs"
        w={170}
        label={w('by', 'project')}
        placeholder={t('filterProject')}
        clearable
        searchable
        value={params.get('project')}
        onChange={(value) => change({ project: value })}
        data={(projects.data ?? []).filter((one) => !department || one.departmentId === department).map((one) => ({ value: one.id, label: `${one.department} / ${one.name}` }))}
      />
      <Select
        size="xs"
        w={150}
        label={w('by', 'model')}
        placeholder={t('filterModel')}
        clearable
        searchable
        value={params.get('model')}
        onChange={(value) => change({ model: value })}
        data={(models.data ?? []).map((one) => one.name)}
      />
      <TextInput
        size="xs"
        w={140}
        label={t('filterScenario')}
        defaultValue={params.get('scenario') ?? ''}
        onBlur={(event) => change({ scenario: event.currentTarget.value.trim() || null })}
        onKeyDown={(event) => event.key === 'Enter' && change({ scenario: event.currentTarget.value.trim() || null })}
      />
      <SegmentedControl
        size="xs"
        aria-label={t('measure')}
        value={measure}
        onChange={(value) => change({ show: value === 'cost' ? null : value })}
        data={MEASURES.map((value) => ({ value, label: t(value) }))}
      />
      <Switch size="xs" pb={6} label={t('compare')} checked={compare} onChange={(event) => change({ compare: event.currentTarget.checked ? '1' : null })} />
    </Group>
  );
}

function Sums({ lines, earlier }: { lines: readonly Line[]; earlier: readonly Line[] | undefined }) {
  const t = useText(text);
  const currency = currencyOf(lines);
  const note = (now: number, then: number) => (then === 0 ? undefined : `${now >= then ? '+' : ''}${percent((now - then) / then)} · ${t('before')} ${short(then)}`);
  const cost = totalCost(lines);
  const calls = total(lines, 'calls');
  const input = total(lines, 'inputTokens');
  const output = total(lines, 'outputTokens');
  const energy = lines.reduce((all, line) => all + Number(line.wattHours), 0);
  return (
    <SimpleGrid cols={{ base: 2, sm: 3, lg: 5 }} spacing="sm">
      <Tile name={t('cost')} value={money(cost, currency)} title={cost} note={earlier && note(approximately(cost), approximately(totalCost(earlier)))} />
      <Tile name={t('calls')} value={<Short value={calls} />} note={earlier ? note(calls, total(earlier, 'calls')) : `${count(total(lines, 'refusals'))} ${t('refusals').toLowerCase()} · ${count(total(lines, 'failures'))} ${t('failures').toLowerCase()}`} />
      <Tile name={t('input')} value={<Short value={input} />} note={earlier ? note(input, total(earlier, 'inputTokens')) : `${short(total(lines, 'cachedInputTokens'))} ${t('cached')}`} />
      <Tile name={t('output')} value={<Short value={output} />} note={earlier && note(output, total(earlier, 'outputTokens'))} />
      <Tile name={t('energy')} value={`${short(energy)} Wh`} note={`${t('localCost')} ${money(lines.reduce((all, line) => all + Number(line.localCost), 0).toFixed(6), currency)}`} />
    </SimpleGrid>
  );
}

function Over({ period, filter, by, measure }: { period: Period; filter: UsageQuery; by: By; measure: Measure }) {
  const t = useText(text);
  const w = useWords();
  const { bucket, step } = bucketOf(period);
  const usage = useUsage({ ...filter, ...asQuery(period), bucket, groupBy: by });
  const times = buckets(period, step);
  const currency = currencyOf(usage.data?.lines);
  const label = `${t(measure)} · ${w('by', by)}`;
  return (
    <Panel title={label}>
      <Shown of={usage} rows={5}>
        {(data) => (
          <TimeChart
            label={label}
            kind="stack"
            height={240}
            step={step}
            times={times}
            series={groups(data.lines.filter((line) => line.calls > 0), by, 8, (line) => valueOf(measure, line), { other: t('other'), none: t('noGroup') }).map((group) => ({
              name: group.name,
              values: times.map((time) => group.at.get(time) ?? 0),
            }))}
            format={(figure) => (measure === 'cost' ? money(figure.toFixed(6), currency) : short(figure))}
          />
        )}
      </Shown>
    </Panel>
  );
}
