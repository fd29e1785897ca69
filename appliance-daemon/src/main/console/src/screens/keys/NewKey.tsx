import { Fieldset, NumberInput, Select, SimpleGrid } from '@mantine/core';
import { useForm } from '@mantine/form';

import { $api, api, given, type Schemas } from '@/api/client';
import { rememberKey } from '@/api/fresh';
import { useEvery } from '@/api/lists';
import { useMay, useMe } from '@/api/session';
import { useText } from '@/i18n/messages';
import { Editor } from '@/parts/Editor';

import { draftOf, KeyInputs, NO_FIELDS, useKeyLabels, type KeyFields } from './fields';
import { text } from './text';

type NewFields = KeyFields & {
  projectId: string;
  requests: number | '';
  tokens: number | '';
  concurrent: number | '';
  total: number | '';
  budget: string;
};

export function NewKey({ project, close, issued }: { project?: string; close: () => void; issued: (key: Schemas['IssuedKey']) => void }) {
  const t = useText(text);
  const labels = useKeyLabels();
  const projects = useEvery('projects');
  const settings = $api.useQuery('get', '/api/v1/settings');
  const me = useMe();
  // Who may not change projects makes keys of their own only.
  const ownOnly = !useMay('manage_projects');
  const form = useForm<NewFields>({
    initialValues: { ...NO_FIELDS, ownerId: ownOnly ? me.userId : null, projectId: project ?? '', requests: '', tokens: '', concurrent: '', total: '', budget: '' },
  });
  const save = async (fields: NewFields) => {
    const limits: Schemas['OwnLimitInput'][] = [];
    const add = (kind: Schemas['OwnLimitInput']['kind'], amount: number | '') => amount !== '' && limits.push({ kind, amount });
    add('requests_per_minute', fields.requests);
    add('tokens_per_minute', fields.tokens);
    add('concurrent_requests', fields.concurrent);
    add('total_tokens', fields.total);
    const budgets: Schemas['OwnBudgetInput'][] = fields.budget ? [{ period: 'month', amount: fields.budget, hard: true }] : [];
    return given(
      await api.POST('/api/v1/keys', {
        params: { header: { 'Idempotency-Key': crypto.randomUUID?.() ?? String(Math.random()) } },
        body: { ...draftOf(fields), projectId: fields.projectId, limits, budgets },
      }),
    );
  };
  const amount = { min: 0, allowDecimal: false, thousandSeparator: true, placeholder: t('noLimit') };
  return (
    <Editor
      title={t('create')}
      form={form}
      labels={labels}
      save={save}
      saved={(key) => {
        rememberKey(key.secret);
        issued(key);
      }}
      close={close}
    >
      <Select
        label={t('project')}
        required
        searchable
        data={(projects.data ?? []).map((one) => ({ value: one.id, label: `${one.department} / ${one.name}` }))}
        {...form.getInputProps('projectId')}
      />
      <KeyInputs form={form} />
      <Fieldset legend={t('ownLimits')}>
        <SimpleGrid cols={2} spacing="sm">
          <NumberInput label={t('perMinuteRequests')} {...amount} {...form.getInputProps('requests')} />
          <NumberInput label={t('perMinuteTokens')} {...amount} {...form.getInputProps('tokens')} />
          <NumberInput label={t('concurrent')} {...amount} {...form.getInputProps('concurrent')} />
          <NumberInput label={t('totalTokens')} {...amount} {...form.getInputProps('total')} />
          <NumberInput
            label={`${t('monthBudget')}${settings.data ? ` (${settings.data.currency})` : ''}`}
            min={0}
            placeholder={t('noLimit')}
            value={form.getValues().budget}
            onChange={(value) => form.setFieldValue('budget', String(value))}
            error={form.errors['budgets.0.amount']}
          />
        </SimpleGrid>
      </Fieldset>
    </Editor>
  );
}
