import { NumberInput, Select, SegmentedControl, Input } from '@mantine/core';
import { useForm } from '@mantine/form';

import { $api } from '@/api/client';
import { LIMIT_KINDS, type Limit, type LimitKind } from '@/api/limits';
import type { Budget } from '@/api/usage';
import { useText } from '@/i18n/messages';
import { useWords } from '@/i18n/useWords';
import { ScopeInput, type Scope } from '@/parts/ScopeInput';
import { ThingEditor } from '@/parts/ThingEditor';

import { text } from './text';

const LEVELS = ['organisation', 'department', 'project', 'user', 'key'] as const;

type BudgetFields = { scope: Scope; period: 'day' | 'month'; amount: string; hard: boolean };
const budgetFields = (of: Budget | undefined): BudgetFields => ({
  scope: of ? { type: of.scope.type, id: of.scope.id } : { type: 'department', id: null }, period: of?.period ?? 'month', amount: of?.amount ?? '', hard: of?.hard ?? true,
});

export function BudgetForm({ of, close }: { of: Budget | undefined; close: () => void }) {
  const t = useText(text);
  const w = useWords();
  const settings = $api.useQuery('get', '/api/v1/settings');
  const form = useForm<BudgetFields>({ initialValues: budgetFields(of) });
  const values = form.getValues();
  return (
    <ThingEditor
      noun="budgets"
      of={of}
      title={of ? t('editBudget', { name: of.scope.name }) : t('createBudget')}
      form={form}
      labels={{ scope: t('scope'), 'scope.id': t('scopeNode'), period: t('period'), amount: t('amount'), hard: t('hard') }}
      fields={budgetFields}
      draft={(fields) => fields}
      patch={({ amount, hard }) => ({ amount, hard })}
      close={close}
    >
      {!of && (
        <>
          <ScopeInput levels={LEVELS} value={values.scope} onChange={(scope) => form.setFieldValue('scope', scope)} error={asText(form.errors['scope.id'] ?? form.errors['scope'])} />
          <Select label={t('period')} allowDeselect={false} data={(['day', 'month'] as const).map((value) => ({ value, label: w('period', value) }))} {...form.getInputProps('period')} />
        </>
      )}
      <NumberInput
        label={`${t('amount')}${settings.data ? ` (${settings.data.currency})` : ''}`}
        required
        min={0}
        thousandSeparator
        value={values.amount}
        onChange={(value) => form.setFieldValue('amount', String(value))}
        error={form.errors['amount']}
      />
      <Input.Wrapper label={t('hard')} description={t('hardHelp')}>
        <SegmentedControl
          mt={4}
          fullWidth
          aria-label={t('hard')}
          value={values.hard ? 'hard' : 'soft'}
          onChange={(value) => form.setFieldValue('hard', value === 'hard')}
          data={[
            { value: 'hard', label: t('hardYes') },
            { value: 'soft', label: t('hardNo') },
          ]}
        />
      </Input.Wrapper>
    </ThingEditor>
  );
}

type LimitFields = { scope: Scope; kind: LimitKind; amount: number | '' };
const limitFields = (of: Limit | undefined): LimitFields => ({
  scope: of ? { type: of.scope.type, id: of.scope.id } : { type: 'department', id: null }, kind: of?.kind ?? 'requests_per_minute', amount: of?.amount ?? '',
});

export function LimitForm({ of, close }: { of: Limit | undefined; close: () => void }) {
  const t = useText(text);
  const w = useWords();
  const form = useForm<LimitFields>({ initialValues: limitFields(of), validate: { amount: (value) => (value === '' ? t('amount') : null) } });
  return (
    <ThingEditor
      noun="limits"
      of={of}
      title={of ? t('editLimit', { name: of.scope.name }) : t('createLimit')}
      form={form}
      labels={{ scope: t('scope'), 'scope.id': t('scopeNode'), kind: t('kind'), amount: t('amount') }}
      fields={limitFields}
      draft={(fields) => ({ ...fields, amount: Number(fields.amount) })}
      patch={({ amount }) => ({ amount: Number(amount) })}
      close={close}
    >
      {!of && (
        <>
          <ScopeInput levels={LEVELS} value={form.getValues().scope} onChange={(scope) => form.setFieldValue('scope', scope)} error={asText(form.errors['scope.id'] ?? form.errors['scope'])} />
          <Select label={t('kind')} allowDeselect={false} data={LIMIT_KINDS.map((value) => ({ value, label: w('limit', value) }))} {...form.getInputProps('kind')} />
        </>
      )}
      <NumberInput label={t('amount')} required min={0} allowDecimal={false} thousandSeparator {...form.getInputProps('amount')} />
    </ThingEditor>
  );
}

function asText(error: unknown): string | undefined {
  return typeof error === 'string' ? error : undefined;
}
