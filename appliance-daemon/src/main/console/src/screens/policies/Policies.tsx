import { NumberInput, Select } from '@mantine/core';
import { useForm } from '@mantine/form';

import type { Schemas } from '@/api/client';
import { useEvery } from '@/api/lists';
import { useMay } from '@/api/session';
import { useText } from '@/i18n/messages';
import { useWords } from '@/i18n/useWords';
import type { Column } from '@/parts/DataTable';
import { ScopeInput, type Scope } from '@/parts/ScopeInput';
import { ThingEditor } from '@/parts/ThingEditor';
import { ThingPage } from '@/parts/Things';

import { text } from './text';

type Policy = Schemas['Policy'];
type Bodies = Schemas['Recording']['bodies'];

export default function Policies() {
  const t = useText(text);
  const w = useWords();
  const mayChange = useMay('change');
  const policies = useEvery('policies');
  const recording = (one: Policy) => (one.recording ? `${w('bodies', one.recording.bodies)}${one.recording.bodies === 'none' ? '' : ` · ${t('days', { count: one.recording.retentionDays })}`}` : t('inherited'));
  const cache = (one: Policy) => t(one.exactCache === null ? 'inherited' : one.exactCache ? 'cacheOn' : 'cacheOff');
  const columns: Column<Policy>[] = [
    { key: 'scope', title: t('scope'), cell: (one) => `${w('scope', one.scope.type)} ${one.scope.name}`, plain: (one) => one.scope.name },
    { key: 'recording', title: t('recording'), cell: recording, plain: recording },
    { key: 'priority', title: t('priority'), right: true, cell: (one) => one.priority ?? t('inherited'), plain: (one) => one.priority, from: 'sm' },
    { key: 'prefix', title: t('prefixCache'), cell: (one) => (one.prefixCache ? w('sharing', one.prefixCache) : t('inherited')), plain: (one) => one.prefixCache, from: 'md' },
    { key: 'wait', title: t('wait'), right: true, cell: (one) => (one.waitSeconds === null ? t('inherited') : t('seconds', { count: one.waitSeconds })), plain: (one) => one.waitSeconds, from: 'md' },
    { key: 'cache', title: t('cache'), cell: cache, plain: cache, from: 'sm' },
  ];
  return (
    <ThingPage
      noun="policies"
      title={t('title')}
      about={t('about')}
      verb={t('create')}
      of={policies}
      columns={columns}
      name={(one) => one.scope.name}
      may={mayChange}
      form={(one, close) => <PolicyForm of={one} close={close} />}
      removeWhat={(one) => t('removeWhat', { name: one.scope.name })}
      empty={t('empty')}
      emptyWhat={t('emptyWhat')}
    />
  );
}

type Fields = {
  scope: Scope;
  bodies: Bodies | null;
  retentionDays: number | '';
  priority: number | '';
  prefixCache: 'department' | 'key' | 'box' | null;
  waitSeconds: number | '';
  exactCache: 'yes' | 'no' | null;
};

function fieldsOf(of: Policy | undefined): Fields {
  return {
    scope: of ? { type: of.scope.type, id: of.scope.id } : { type: 'organisation', id: null },
    bodies: of?.recording?.bodies ?? null,
    retentionDays: of?.recording?.retentionDays ?? 30,
    priority: of?.priority ?? '',
    prefixCache: of?.prefixCache ?? null,
    waitSeconds: of?.waitSeconds ?? '',
    exactCache: of?.exactCache === null || of === undefined ? null : of.exactCache ? 'yes' : 'no',
  };
}

function draftOf(fields: Fields) {
  return {
    recording: fields.bodies ? { bodies: fields.bodies, ...(fields.retentionDays === '' ? {} : { retentionDays: fields.retentionDays }) } : null,
    priority: fields.priority === '' ? null : fields.priority,
    prefixCache: fields.prefixCache,
    waitSeconds: fields.waitSeconds === '' ? null : fields.waitSeconds,
    exactCache: fields.exactCache === null ? null : fields.exactCache === 'yes',
  };
}

function PolicyForm({ of, close }: { of: Policy | undefined; close: () => void }) {
  const t = useText(text);
  const w = useWords();
  const form = useForm<Fields>({ initialValues: fieldsOf(of) });
  const values = form.getValues();
  const errorOf = (name: string) => (typeof form.errors[name] === 'string' ? form.errors[name] : undefined);
  return (
    <ThingEditor
      noun="policies"
      of={of}
      title={of ? t('edit', { name: of.scope.name }) : t('create')}
      form={form}
      labels={{ scope: t('scope'), bodies: t('recording'), 'recording.retentionDays': t('retention'), priority: t('priority'), prefixCache: t('prefixCache'), waitSeconds: t('wait'), exactCache: t('cache') }}
      fields={fieldsOf}
      draft={(fields) => ({ scope: fields.scope, ...draftOf(fields) })}
      patch={draftOf}
      close={close}
    >
      {!of && (
        <ScopeInput levels={['organisation', 'department', 'project']} value={values.scope} onChange={(scope) => form.setFieldValue('scope', scope)} error={errorOf('scope.id') ?? errorOf('scope')} />
      )}
      <Select
        label={t('recording')}
        description={t('recordingHelp')}
        clearable
        placeholder={t('inherited')}
        data={(['none', 'requests', 'replies', 'both'] as const).map((value) => ({ value, label: w('bodies', value) }))}
        {...form.getInputProps('bodies')}
      />
      {values.bodies && values.bodies !== 'none' && <NumberInput label={t('retention')} min={1} allowDecimal={false} {...form.getInputProps('retentionDays')} error={errorOf('recording.retentionDays')} />}
      <NumberInput label={t('priority')} description={t('priorityHelp')} placeholder={t('inherited')} min={-10} max={10} allowDecimal={false} {...form.getInputProps('priority')} />
      <Select
        label={t('prefixCache')}
        description={t('prefixHelp')}
        clearable
        placeholder={t('inherited')}
        data={(['key', 'department', 'box'] as const).map((value) => ({ value, label: w('sharing', value) }))}
        {...form.getInputProps('prefixCache')}
      />
      <NumberInput label={t('wait')} description={t('waitHelp')} placeholder={t('inherited')} min={0} allowDecimal={false} {...form.getInputProps('waitSeconds')} />
      <Select
        label={t('cache')}
        clearable
        placeholder={t('inherited')}
        data={[
          { value: 'yes', label: t('cacheOn') },
          { value: 'no', label: t('cacheOff') },
        ]}
        {...form.getInputProps('exactCache')}
      />
    </ThingEditor>
  );
}
