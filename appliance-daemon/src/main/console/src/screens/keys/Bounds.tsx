import { Table, Text } from '@mantine/core';

import { $api } from '@/api/client';
import { useEvery } from '@/api/lists';
import { useLimitUse } from '@/api/limits';
import { useMay } from '@/api/session';
import { useSpending } from '@/api/usage';
import { useText } from '@/i18n/messages';
import { useWords } from '@/i18n/useWords';
import { Shown } from '@/parts/States';
import { count } from '@/text/figures';
import { money, remaining } from '@/text/money';

import type { Key } from './state';
import { text } from './text';

/** Everything that bounds a key: its own, its owner's, its project's, its department's, the organisation's. */
export function Bounds({ of }: { of: Key }) {
  const t = useText(text);
  const w = useWords();
  const mayUsage = useMay('view_usage');
  const settings = $api.useQuery('get', '/api/v1/settings');
  const limits = useEvery('limits');
  const budgets = useEvery('budgets');
  const nodes = new Set([of.id, of.ownerId, of.projectId, of.departmentId, settings.data?.id]);
  const mine = (limits.data ?? []).filter((limit) => nodes.has(limit.scope.id));
  const purses = (budgets.data ?? []).filter((budget) => nodes.has(budget.scope.id));
  const use = useLimitUse(mine, mayUsage, 15_000);
  const spent = useSpending(purses, mayUsage, 15_000);
  return (
    <Shown of={limits} rows={3}>
      {() =>
        mine.length + purses.length === 0 ? (
          <Text size="sm" c="dimmed">
            {t('noLimits')}
          </Text>
        ) : (
          <Table.ScrollContainer minWidth={0} type="native" tabIndex={0} role="region" aria-label={t('limits')}>
          <Table className="table" aria-label={t('limits')}>
            <Table.Thead>
              <Table.Tr>
                <Table.Th>{t('limit')}</Table.Th>
                <Table.Th className="number">{t('ceiling')}</Table.Th>
                <Table.Th className="number" visibleFrom="xs">{t('nowUsed')}</Table.Th>
                <Table.Th className="number">{t('remains')}</Table.Th>
              </Table.Tr>
            </Table.Thead>
            <Table.Tbody>
              {mine.map((limit) => {
                const used = use(limit);
                return (
                  <Table.Tr key={limit.id}>
                    <Table.Td>
                      {w('limit', limit.kind)}
                      <Text size="xs" c="dimmed">
                        {w('scope', limit.scope.type)} {limit.scope.name}
                        {limit.kind.endsWith('per_minute') && ` · ${t('lastMinute')}`}
                      </Text>
                    </Table.Td>
                    <Table.Td className="number">{count(limit.amount)}</Table.Td>
                    <Table.Td className="number" visibleFrom="xs">{count(used)}</Table.Td>
                    <Table.Td className="number">{used === null ? '–' : count(Math.max(0, limit.amount - used))}</Table.Td>
                  </Table.Tr>
                );
              })}
              {purses.map((budget) => {
                const used = spent(budget);
                return (
                  <Table.Tr key={budget.id}>
                    <Table.Td>
                      {t('budget')} {t(budget.period)}
                      <Text size="xs" c="dimmed">
                        {w('scope', budget.scope.type)} {budget.scope.name} · {t(budget.hard ? 'hard' : 'soft')}
                      </Text>
                    </Table.Td>
                    <Table.Td className="number">{money(budget.amount, budget.currency)}</Table.Td>
                    <Table.Td className="number" visibleFrom="xs">{money(used, budget.currency)}</Table.Td>
                    <Table.Td className="number">{money(used === null ? null : remaining(budget.amount, used), budget.currency)}</Table.Td>
                  </Table.Tr>
                );
              })}
            </Table.Tbody>
          </Table>
          </Table.ScrollContainer>
        )
      }
    </Shown>
  );
}
