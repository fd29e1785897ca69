import { Button } from '@mantine/core';
import { IconPlus } from '@tabler/icons-react';

import { api, tag, type Schemas } from '@/api/client';
import { useEvery } from '@/api/lists';
import { useMay } from '@/api/session';
import { currencyOf, merged, tokens, useSpending, useUsage } from '@/api/usage';
import { useText } from '@/i18n/messages';
import { BudgetBar } from '@/parts/BudgetBar';
import { DataTable, type Column } from '@/parts/DataTable';
import { Page } from '@/parts/Page';
import { RowMenu } from '@/parts/RowMenu';
import { Empty, Shown } from '@/parts/States';
import { useParam } from '@/parts/url';
import { count, short } from '@/text/figures';
import { approximately, money } from '@/text/money';
import { startOfMonth } from '@/text/times';

import { DepartmentForm } from './forms';
import { text } from './text';

type Department = Schemas['Department'];

export default function Departments() {
  const t = useText(text);
  const mayChange = useMay('change');
  const mayUsage = useMay('view_usage');
  const departments = useEvery('departments');
  const projects = useEvery('projects');
  const keys = useEvery('keys');
  const budgets = useEvery('budgets');
  const usage = useUsage({ from: startOfMonth(new Date()).toISOString(), groupBy: 'department' }, { enabled: mayUsage });
  const lines = merged(usage.data?.lines ?? [], 'department');
  const currency = currencyOf(lines);
  const own = (budgets.data ?? []).filter((budget) => budget.scope.type === 'department');
  const spent = useSpending(own, mayUsage);
  const [creating, setCreating] = useParam('new');
  const line = (of: Department) => lines.find((one) => one.by['department'] === of.id);
  const columns: Column<Department>[] = [
    { key: 'name', title: t('name'), cell: (one) => one.name, plain: (one) => one.name },
    { key: 'description', title: t('description'), cell: (one) => one.description ?? '', plain: (one) => one.description, from: 'lg' },
    number('projects', t('projects'), (one) => (projects.data ?? []).filter((project) => project.departmentId === one.id).length, 'sm'),
    number('keys', t('keys'), (one) => (keys.data ?? []).filter((key) => key.departmentId === one.id && key.state !== 'revoked').length, 'sm'),
    ...(mayUsage
      ? [
          number('calls', t('calls'), (one) => line(one)?.calls ?? 0, 'md'),
          { ...number('tokens', t('tokens'), (one) => { const found = line(one); return found ? tokens(found) : 0; }, 'md'), cell: (one: Department) => { const found = line(one); return short(found ? tokens(found) : 0); } },
          {
            key: 'spend', title: t('spend'), right: true, cell: (one: Department) => money(line(one)?.cost ?? '0', currency), plain: (one: Department) => line(one)?.cost ?? '0',
            sort: (one: Department) => approximately(line(one)?.cost ?? '0'),
          },
        ]
      : []),
    {
      key: 'budget', title: t('budget'), from: 'sm',
      cell: (one) => {
        const budget = own.find((each) => each.scope.id === one.id);
        return budget ? <BudgetBar budget={budget} spent={spent(budget)} /> : t('noBudget');
      },
      plain: (one) => own.find((each) => each.scope.id === one.id)?.amount,
    },
  ];
  const button = mayChange && (
    <Button leftSection={<IconPlus size={15} aria-hidden />} onClick={() => setCreating('1')}>
      {t('create')}
    </Button>
  );
  return (
    <Page title={t('title')} about={t('about')} actions={button}>
      <Shown of={departments}>
        {(all) => (
          <DataTable
            label={t('title')}
            file="departments"
            rows={all}
            columns={columns}
            id={(one) => one.id}
            href={(one) => `/departments/${one.id}`}
            actions={
              mayChange
                ? (one) => (
                    <RowMenu
                      name={one.name}
                      edit={(close) => <DepartmentForm of={one} close={close} />}
                      remove={() => api.DELETE('/api/v1/departments/{id}', { params: { path: { id: one.id }, query: { cascade: true }, header: { 'If-Match': tag(one.version) } } })}
                      removeWhat={t('removeWhat')}
                    />
                  )
                : undefined
            }
            empty={
              <Empty title={t('empty')} action={button}>
                {t('emptyWhat')}
              </Empty>
            }
          />
        )}
      </Shown>
      {creating && <DepartmentForm close={() => setCreating(null)} />}
    </Page>
  );
}

function number(key: string, title: string, value: (of: Department) => number, from: 'sm' | 'md'): Column<Department> {
  return { key, title, right: true, cell: (one) => count(value(one)), plain: value, from };
}
