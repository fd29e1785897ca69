import { useText } from '@/i18n/messages';
import type { Budget } from '@/api/usage';
import { fixed } from '@/text/figures';
import { money, percentOf } from '@/text/money';
import { date, periodEnd } from '@/text/times';

import { text } from './text';
import { UsedBar } from './values';

/** A budget and what is used of it. */
export function BudgetBar({ budget, spent }: { budget: Budget; spent: string | null }) {
  const t = useText(text);
  const percent = spent === null ? 0 : percentOf(spent, budget.amount);
  return (
    <UsedBar
      percent={percent}
      label={t('budgetUsed', { percent: fixed(percent, percent < 10 ? 1 : 0), amount: money(budget.amount, budget.currency) })}
      title={t('budgetResets', { spent: spent === null ? '–' : money(spent, budget.currency), date: date(periodEnd(budget.period, new Date()).toISOString()) })}
    />
  );
}
