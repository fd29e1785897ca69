import { SegmentedControl, Text } from '@mantine/core';
import { useState } from 'react';

import { currencyOf, tokens, useUsage, type Line, type UsageQuery } from '@/api/usage';
import { useText } from '@/i18n/messages';
import { Panel } from '@/parts/Page';
import { Shown } from '@/parts/States';
import { TimeChart } from '@/parts/TimeChart';
import { short } from '@/text/figures';
import { approximately, money } from '@/text/money';

import { groups } from './groups';
import { bucketOf, buckets, periodOf } from './range';
import { text } from './text';

const DAYS = 14;
const DAY = 86_400_000;

/** The usage of one thing over the last two weeks. */
export function UsagePanel({ title, empty, filter, by }: { title: string; empty: string; filter: UsageQuery; by: 'model' | 'key' | 'department' | 'project' }) {
  const t = useText(text);
  const [measure, setMeasure] = useState<'calls' | 'tokens' | 'cost'>('tokens');
  const end = periodOf('today', null, null).to;
  const period = { from: new Date(end.getTime() - DAYS * DAY), to: end };
  const { bucket, step } = bucketOf(period);
  const usage = useUsage({ ...filter, from: period.from.toISOString(), to: period.to.toISOString(), bucket, groupBy: by });
  const times = buckets(period, step);
  const currency = currencyOf(usage.data?.lines);
  const value = (line: Line) => (measure === 'calls' ? line.calls : measure === 'tokens' ? tokens(line) : approximately(line.cost));
  return (
    <Panel
      title={title}
      actions={
        <SegmentedControl
          size="xs"
          aria-label={t('measure')}
          value={measure}
          onChange={(next) => setMeasure(next as typeof measure)}
          data={(['calls', 'tokens', 'cost'] as const).map((one) => ({ value: one, label: t(one) }))}
        />
      }
    >
      <Shown of={usage} rows={4}>
        {(data) => {
          const lines = data.lines.filter((line) => line.calls > 0);
          return lines.length === 0 ? (
            <Text size="sm" c="dimmed">
              {empty}
            </Text>
          ) : (
            <TimeChart
              label={title}
              kind="stack"
              height={170}
              step={step}
              times={times}
              series={groups(lines, by, 6, value, { other: t('other'), none: t('noGroup') }).map((group) => ({ name: group.name, values: times.map((time) => group.at.get(time) ?? 0) }))}
              format={(figure) => (measure === 'cost' ? money(figure.toFixed(6), currency) : short(figure))}
            />
          );
        }}
      </Shown>
    </Panel>
  );
}
