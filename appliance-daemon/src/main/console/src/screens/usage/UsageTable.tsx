import { Anchor, Table, Tooltip } from '@mantine/core';

import { currencyOf, merged, tokens, total, totalCost, type Line } from '@/api/usage';
import { useText } from '@/i18n/messages';
import { useWords } from '@/i18n/useWords';
import { DataTable, type Column } from '@/parts/DataTable';
import { count, fixed, percent, short } from '@/text/figures';
import { approximately, money, sum } from '@/text/money';

import type { By, Measure } from './measures';
import type { Period } from './range';
import { text } from './text';

interface Row extends Line {
  id: string;
  name: string;
  then: Line | undefined;
}

interface UsageTableProps {
  lines: readonly Line[];
  earlier: readonly Line[] | undefined;
  by: By;
  period: Period;
  measure: Measure;
  narrow: (id: string) => void;
}

/** The same figures as the chart, line by line, with their sum. */
export function UsageTable({ lines, earlier, by, period, measure, narrow }: UsageTableProps) {
  const t = useText(text);
  const w = useWords();
  const currency = currencyOf(lines);
  const amount = (line: Line) => (measure === 'calls' ? line.calls : measure === 'tokens' ? tokens(line) : approximately(line.cost));
  const whole = lines.reduce((all, line) => all + amount(line), 0);
  const then = earlier && merged(earlier, by);
  const rows: Row[] = merged(lines, by)
    .map((line) => {
      const id = line.by[by] ?? '';
      return {
        ...line, id, then: then?.find((one) => (one.by[by] ?? '') === id),
        name: id === '' ? t(line.calls === 0 ? 'idle' : 'noGroup') : (line.names[by] ?? id),
      };
    })
    .sort((a, b) => amount(b) - amount(a) || b.calls - a.calls);
  const has = (what: 'audioMillis' | 'images' | 'characters') => lines.some((line) => line[what] > 0);
  const number = (key: string, title: string, value: (row: Row) => number, show: (value: number) => string = count, from?: Column<Row>['from']): Column<Row> => ({
    key, title, right: true, cell: (row) => show(value(row)), plain: value, ...(from ? { from } : {}),
  });
  const columns: Column<Row>[] = [
    {
      key: 'name', title: w('by', by), plain: (row) => row.name,
      cell: (row) =>
        row.id === '' ? row.name : (
          <Tooltip label={t('narrow', { name: row.name })}>
            <Anchor component="button" type="button" fz="inherit" ta="left" onClick={() => narrow(row.id)} data-row>
              {row.name}
            </Anchor>
          </Tooltip>
        ),
    },
    { key: 'cost', title: t('cost'), right: true, cell: (row) => <span title={row.cost}>{money(row.cost, currency)}</span>, plain: (row) => row.cost, sort: (row) => approximately(row.cost) },
    ...(earlier
      ? [
          { key: 'before', title: t('before'), right: true, cell: (row: Row) => money(row.then?.cost ?? '0', currency), plain: (row: Row) => row.then?.cost ?? '0', from: 'sm' as const },
          {
            key: 'change', title: t('change'), right: true, from: 'sm' as const,
            cell: (row: Row) => {
              const then = row.then ? amount(row.then) : 0;
              return then === 0 ? '–' : `${amount(row) >= then ? '+' : ''}${percent((amount(row) - then) / then)}`;
            },
          },
        ]
      : []),
    { key: 'share', title: t('share'), right: true, cell: (row) => (whole === 0 ? '–' : percent(amount(row) / whole, 1)), from: 'xs' },
    number('calls', t('calls'), (row) => row.calls),
    number('refusals', t('refusals'), (row) => row.refusals, count, 'md'),
    number('failures', t('failures'), (row) => row.failures, count, 'md'),
    number('input', t('input'), (row) => row.inputTokens, count, 'sm'),
    number('cached', t('cached'), (row) => row.cachedInputTokens, count, 'lg'),
    number('output', t('output'), (row) => row.outputTokens, count, 'sm'),
    ...(has('audioMillis') ? [number('audio', t('audio'), (row) => row.audioMillis / 1000, (value) => fixed(value, 1, 's'), 'lg')] : []),
    ...(has('images') ? [number('images', t('images'), (row) => row.images, count, 'lg')] : []),
    ...(has('characters') ? [number('characters', t('characters'), (row) => row.characters, count, 'lg')] : []),
    number('energy', t('energy'), (row) => Number(row.wattHours), (value) => `${short(value)} Wh`, 'lg'),
    number('gpuTime', t('gpuTime'), (row) => Number(row.gpuSeconds), (value) => `${short(value)} s`, 'lg'),
  ];
  const estimated = total(lines, 'estimated');
  return (
    <DataTable
      label={t('title')}
      file={`usage-by-${by}-${period.from.toISOString().slice(0, 10)}-${period.to.toISOString().slice(0, 10)}`}
      rows={rows}
      columns={columns}
      id={(row) => row.id}
      empty={null}
      filters={estimated > 0 ? t('estimated', { count: count(estimated) }) : undefined}
      foot={
        <Table.Tr>
          <Table.Td>{t('total')}</Table.Td>
          {columns.slice(1).map((column) => (
            <Table.Td key={column.key} className="number" visibleFrom={column.from}>
              {footOf(column.key, lines, earlier, currency)}
            </Table.Td>
          ))}
        </Table.Tr>
      }
    />
  );
}

function footOf(key: string, lines: readonly Line[], earlier: readonly Line[] | undefined, currency: string | null): string {
  switch (key) {
    case 'cost': return money(totalCost(lines), currency);
    case 'before': return money(totalCost(earlier ?? []), currency);
    case 'calls': return count(total(lines, 'calls'));
    case 'refusals': return count(total(lines, 'refusals'));
    case 'failures': return count(total(lines, 'failures'));
    case 'input': return count(total(lines, 'inputTokens'));
    case 'cached': return count(total(lines, 'cachedInputTokens'));
    case 'output': return count(total(lines, 'outputTokens'));
    case 'images': return count(total(lines, 'images'));
    case 'characters': return count(total(lines, 'characters'));
    case 'energy': return `${short(Number(sum(lines.map((line) => line.wattHours))))} Wh`;
    case 'gpuTime': return `${short(Number(sum(lines.map((line) => line.gpuSeconds))))} s`;
    default: return '';
  }
}
