import { Tabs, Text } from '@mantine/core';
import type { ReactNode } from 'react';

import { useEvery } from '@/api/lists';
import { useLimitUse, type Limit } from '@/api/limits';
import { useMay } from '@/api/session';
import { useSpending, type Budget } from '@/api/usage';
import { useText } from '@/i18n/messages';
import { useWords } from '@/i18n/useWords';
import { BudgetBar } from '@/parts/BudgetBar';
import type { Column } from '@/parts/DataTable';
import { LiveStamp, useLive } from '@/parts/Live';
import { Page } from '@/parts/Page';
import { ThingTable, useAdding } from '@/parts/Things';
import { useParam } from '@/parts/url';
import { UsedBar } from '@/parts/values';
import { count } from '@/text/figures';
import { approximately, money, percentOf, remaining } from '@/text/money';

import { BudgetForm, LimitForm } from './forms';
import { text } from './text';

const SECONDS = 5;

export default function Limits() {
  const t = useText(text);
  const mayChange = useMay('change');
  const [tab, setTab] = useParam('tab', 'budgets');
  const adding = useAdding(t(tab === 'limits' ? 'createLimit' : 'createBudget'), mayChange);
  const Form = tab === 'limits' ? LimitForm : BudgetForm;
  return (
    <Page title={t('title')} about={t('about')} actions={adding.button}>
      <Tabs value={tab} onChange={setTab} keepMounted={false}>
        <Tabs.List mb="md">
          <Tabs.Tab value="budgets">{t('budgets')}</Tabs.Tab>
          <Tabs.Tab value="limits">{t('limits')}</Tabs.Tab>
        </Tabs.List>
        <Tabs.Panel value="budgets">
          <Budgets add={adding.button} />
        </Tabs.Panel>
        <Tabs.Panel value="limits">
          <AllLimits add={adding.button} />
        </Tabs.Panel>
      </Tabs>
      {adding.open && <Form of={undefined} close={adding.close} />}
    </Page>
  );
}

function useScopeColumn<T extends Pick<Limit | Budget, 'scope'>>(): Column<T> {
  const t = useText(text);
  const w = useWords();
  return {
    key: 'scope', title: t('scope'), plain: (one) => one.scope.name,
    cell: (one) => (
      <>
        {one.scope.name}
        <Text size="xs" c="dimmed">
          {w('scope', one.scope.type)}
        </Text>
      </>
    ),
  };
}

function Budgets({ add }: { add: ReactNode }) {
  const t = useText(text);
  const w = useWords();
  const live = useLive(SECONDS);
  const budgets = useEvery('budgets', {}, { refetchInterval: live.interval });
  const spent = useSpending(budgets.data ?? [], useMay('view_usage'), live.interval);
  const left = (one: Budget) => {
    const used = spent(one);
    return used === null ? null : remaining(one.amount, used);
  };
  const columns: Column<Budget>[] = [
    useScopeColumn<Budget>(),
    { key: 'amount', title: t('amount'), right: true, cell: (one) => money(one.amount, one.currency), plain: (one) => one.amount, sort: (one) => approximately(one.amount), from: 'xs' },
    { key: 'period', title: t('period'), cell: (one) => w('period', one.period), plain: (one) => w('period', one.period), from: 'sm' },
    { key: 'spent', title: t('spent'), right: true, cell: (one) => money(spent(one), one.currency), plain: (one) => spent(one), sort: (one) => approximately(spent(one) ?? '0'), from: 'sm' },
    { key: 'remains', title: t('remains'), right: true, cell: (one) => money(left(one), one.currency), plain: left, sort: (one) => approximately(left(one) ?? '0'), from: 'md' },
    { key: 'used', title: t('used'), cell: (one) => <BudgetBar budget={one} spent={spent(one)} />, sort: (one) => percentOf(spent(one) ?? '0', one.amount) },
    { key: 'hard', title: t('hard'), cell: (one) => t(one.hard ? 'hardYes' : 'hardNo'), plain: (one) => t(one.hard ? 'hardYes' : 'hardNo'), from: 'md' },
  ];
  return (
    <ThingTable
      noun="budgets"
      of={budgets}
      label={t('budgets')}
      columns={columns}
      name={(one) => one.scope.name}
      may={useMay('change')}
      form={(one, close) => <BudgetForm of={one} close={close} />}
      removeWhat={(one) => t('removeBudgetWhat', { name: one.scope.name })}
      filters={<LiveStamp at={budgets.dataUpdatedAt} of={live} failing={budgets.isRefetchError} />}
      empty={t('noBudgets')}
      emptyWhat={t('noBudgetsWhat')}
      add={add}
    />
  );
}

function AllLimits({ add }: { add: ReactNode }) {
  const t = useText(text);
  const w = useWords();
  const live = useLive(SECONDS);
  const limits = useEvery('limits', {}, { refetchInterval: live.interval });
  const use = useLimitUse(limits.data ?? [], useMay('view_usage'), live.interval);
  const left = (one: Limit) => {
    const used = use(one);
    return used === null ? null : Math.max(0, one.amount - used);
  };
  const columns: Column<Limit>[] = [
    useScopeColumn<Limit>(),
    { key: 'kind', title: t('kind'), cell: (one) => w('limit', one.kind), plain: (one) => w('limit', one.kind), from: 'xs' },
    { key: 'amount', title: t('amount'), right: true, cell: (one) => <Amount of={one} />, plain: (one) => one.amount },
    { key: 'remains', title: t('remains'), right: true, cell: (one) => count(left(one)), plain: left, from: 'xs' },
    {
      key: 'used', title: t('used'), from: 'sm', plain: (one) => use(one),
      cell: (one) => {
        const used = use(one);
        if (used === null) return '–';
        const label = `${count(used)}${one.kind.endsWith('per_minute') ? ` ${t('lastMinute')}` : ''}`;
        return <UsedBar percent={one.amount === 0 ? 100 : (used / one.amount) * 100} label={label} />;
      },
    },
  ];
  return (
    <ThingTable
      noun="limits"
      of={limits}
      label={t('limits')}
      columns={columns}
      name={(one) => one.scope.name}
      may={useMay('change')}
      form={(one, close) => <LimitForm of={one} close={close} />}
      removeWhat={(one) => t('removeLimitWhat', { name: one.scope.name })}
      filters={<LiveStamp at={limits.dataUpdatedAt} of={live} failing={limits.isRefetchError} />}
      empty={t('noLimits')}
      emptyWhat={t('noLimitsWhat')}
      add={add}
    />
  );
}

/** On a narrow page it says beneath what it is an amount of, which has a column of its own elsewhere. */
function Amount({ of }: { of: Limit }) {
  const w = useWords();
  return (
    <>
      {count(of.amount)}
      <Text size="xs" c="dimmed" hiddenFrom="xs">
        {w('limit', of.kind)}
      </Text>
    </>
  );
}
