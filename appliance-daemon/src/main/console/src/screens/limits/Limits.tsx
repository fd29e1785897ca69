import { Button, Tabs, Text } from '@mantine/core';
import { IconPlus } from '@tabler/icons-react';

import { api, tag } from '@/api/client';
import { useEvery } from '@/api/lists';
import { useLimitUse, type Limit } from '@/api/limits';
import { useMay } from '@/api/session';
import { useSpending, type Budget } from '@/api/usage';
import { useText } from '@/i18n/messages';
import { useWords } from '@/i18n/useWords';
import { BudgetBar } from '@/parts/BudgetBar';
import { DataTable, type Column } from '@/parts/DataTable';
import { Page } from '@/parts/Page';
import { RowMenu } from '@/parts/RowMenu';
import { Empty, Shown } from '@/parts/States';
import { useParam } from '@/parts/url';
import { UsedBar } from '@/parts/values';
import { count } from '@/text/figures';
import { approximately, money, percentOf } from '@/text/money';

import { BudgetForm, LimitForm } from './forms';
import { text } from './text';

export default function Limits() {
  const t = useText(text);
  const mayChange = useMay('change');
  const [tab, setTab] = useParam('tab', 'budgets');
  const [creating, setCreating] = useParam('new');
  const add = mayChange && (
    <Button leftSection={<IconPlus size={15} aria-hidden />} onClick={() => setCreating('1')}>
      {t(tab === 'limits' ? 'createLimit' : 'createBudget')}
    </Button>
  );
  return (
    <Page title={t('title')} about={t('about')} actions={add}>
      <Tabs value={tab} onChange={setTab} keepMounted={false}>
        <Tabs.List mb="md">
          <Tabs.Tab value="budgets">{t('budgets')}</Tabs.Tab>
          <Tabs.Tab value="limits">{t('limits')}</Tabs.Tab>
        </Tabs.List>
        <Tabs.Panel value="budgets">
          <Budgets add={add} />
        </Tabs.Panel>
        <Tabs.Panel value="limits">
          <AllLimits add={add} />
        </Tabs.Panel>
      </Tabs>
      {creating && (tab === 'limits' ? <LimitForm close={() => setCreating(null)} /> : <BudgetForm close={() => setCreating(null)} />)}
    </Page>
  );
}

function Budgets({ add }: { add: React.ReactNode }) {
  const t = useText(text);
  const w = useWords();
  const mayChange = useMay('change');
  const mayUsage = useMay('view_usage');
  const budgets = useEvery('budgets');
  const spent = useSpending(budgets.data ?? [], mayUsage, 15_000);
  const columns: Column<Budget>[] = [
    {
      key: 'scope', title: t('scope'), plain: (one) => one.scope.name,
      cell: (one) => (
        <>
          {one.scope.name}
          <Text size="xs" c="dimmed">
            {w('scope', one.scope.type)}
          </Text>
        </>
      ),
    },
    { key: 'amount', title: t('amount'), right: true, cell: (one) => money(one.amount, one.currency), plain: (one) => one.amount, sort: (one) => approximately(one.amount), from: 'xs' },
    { key: 'period', title: t('period'), cell: (one) => w('period', one.period), plain: (one) => w('period', one.period), from: 'sm' },
    { key: 'spent', title: t('spent'), right: true, cell: (one) => { const used = spent(one); return used === null ? '–' : money(used, one.currency); }, plain: (one) => spent(one), sort: (one) => approximately(spent(one) ?? '0'), from: 'sm' },
    { key: 'used', title: t('used'), cell: (one) => <BudgetBar budget={one} spent={spent(one)} />, sort: (one) => percentOf(spent(one) ?? '0', one.amount) },
    { key: 'hard', title: t('hard'), cell: (one) => t(one.hard ? 'hardYes' : 'hardNo'), plain: (one) => t(one.hard ? 'hardYes' : 'hardNo'), from: 'md' },
  ];
  return (
    <Shown of={budgets}>
      {(all) => (
        <DataTable
          label={t('budgets')}
          file="budgets"
          rows={all}
          columns={columns}
          id={(one) => one.id}
          actions={
            mayChange
              ? (one) => (
                  <RowMenu
                    name={one.scope.name}
                    edit={(close) => <BudgetForm of={one} close={close} />}
                    remove={() => api.DELETE('/api/v1/budgets/{id}', { params: { path: { id: one.id }, header: { 'If-Match': tag(one.version) } } })}
                    removeWhat={t('removeBudgetWhat', { name: one.scope.name })}
                  />
                )
              : undefined
          }
          empty={
            <Empty title={t('noBudgets')} action={add}>
              {t('noBudgetsWhat')}
            </Empty>
          }
        />
      )}
    </Shown>
  );
}

function AllLimits({ add }: { add: React.ReactNode }) {
  const t = useText(text);
  const w = useWords();
  const mayChange = useMay('change');
  const mayUsage = useMay('view_usage');
  const limits = useEvery('limits');
  const use = useLimitUse(limits.data ?? [], mayUsage, 15_000);
  const columns: Column<Limit>[] = [
    {
      key: 'scope', title: t('scope'), plain: (one) => one.scope.name,
      cell: (one) => (
        <>
          {one.scope.name}
          <Text size="xs" c="dimmed">
            {w('scope', one.scope.type)}
          </Text>
        </>
      ),
    },
    { key: 'kind', title: t('kind'), cell: (one) => w('limit', one.kind), plain: (one) => w('limit', one.kind) },
    { key: 'amount', title: t('amount'), right: true, cell: (one) => count(one.amount), plain: (one) => one.amount },
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
    <Shown of={limits}>
      {(all) => (
        <DataTable
          label={t('limits')}
          file="limits"
          rows={all}
          columns={columns}
          id={(one) => one.id}
          actions={
            mayChange
              ? (one) => (
                  <RowMenu
                    name={one.scope.name}
                    edit={(close) => <LimitForm of={one} close={close} />}
                    remove={() => api.DELETE('/api/v1/limits/{id}', { params: { path: { id: one.id }, header: { 'If-Match': tag(one.version) } } })}
                    removeWhat={t('removeLimitWhat', { name: one.scope.name })}
                  />
                )
              : undefined
          }
          empty={
            <Empty title={t('noLimits')} action={add}>
              {t('noLimitsWhat')}
            </Empty>
          }
        />
      )}
    </Shown>
  );
}
