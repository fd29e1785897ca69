
import type { Schemas } from '@/api/client';
import { useEvery } from '@/api/lists';
import { useMay } from '@/api/session';
import { currencyOf, merged, tokens, useSpending, useUsage } from '@/api/usage';
import { useText } from '@/i18n/messages';
import { BudgetBar } from '@/parts/BudgetBar';
import type { Column } from '@/parts/DataTable';
import { ThingPage } from '@/parts/Things';
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
  return (
    <ThingPage
      noun="departments"
      title={t('title')}
      about={t('about')}
      verb={t('create')}
      of={departments}
      columns={columns}
      name={(one) => one.name}
      may={mayChange}
      form={(one, close) => <DepartmentForm of={one} close={close} />}
      removeWhat={() => t('removeWhat')}
      href={(one) => `/departments/${one.id}`}
      empty={t('empty')}
      emptyWhat={t('emptyWhat')}
    />
  );
}

function number(key: string, title: string, value: (of: Department) => number, from: 'sm' | 'md'): Column<Department> {
  return { key, title, right: true, cell: (one) => count(value(one)), plain: value, from };
}
