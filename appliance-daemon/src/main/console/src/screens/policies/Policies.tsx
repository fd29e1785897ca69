import { Button, NumberInput, Select } from '@mantine/core';
import { useForm } from '@mantine/form';
import { IconPlus } from '@tabler/icons-react';

import { api, given, tag, type Schemas } from '@/api/client';
import { useEvery } from '@/api/lists';
import { useMay } from '@/api/session';
import { useText } from '@/i18n/messages';
import { useWords } from '@/i18n/useWords';
import { DataTable, type Column } from '@/parts/DataTable';
import { Editor } from '@/parts/Editor';
import { Page } from '@/parts/Page';
import { RowMenu } from '@/parts/RowMenu';
import { ScopeInput, type Scope } from '@/parts/ScopeInput';
import { Empty, Shown } from '@/parts/States';
import { useParam } from '@/parts/url';

import { text } from './text';

type Policy = Schemas['Policy'];
type Bodies = Schemas['Recording']['bodies'];

export default function Policies() {
  const t = useText(text);
  const w = useWords();
  const mayChange = useMay('change');
  const policies = useEvery('policies');
  const [creating, setCreating] = useParam('new');
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
  const button = mayChange && (
    <Button leftSection={<IconPlus size={15} aria-hidden />} onClick={() => setCreating('1')}>
      {t('create')}
    </Button>
  );
  return (
    <Page title={t('title')} about={t('about')} actions={button}>
      <Shown of={policies}>
        {(all) => (
          <DataTable
            label={t('title')}
            file="policies"
            rows={all}
            columns={columns}
            id={(one) => one.id}
            actions={
              mayChange
                ? (one) => (
                    <RowMenu
                      name={one.scope.name}
                      edit={(close) => <PolicyForm of={one} close={close} />}
                      remove={() => api.DELETE('/api/v1/policies/{id}', { params: { path: { id: one.id }, header: { 'If-Match': tag(one.version) } } })}
                      removeWhat={t('removeWhat', { name: one.scope.name })}
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
      {creating && <PolicyForm close={() => setCreating(null)} />}
    </Page>
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

function PolicyForm({ of, close }: { of?: Policy; close: () => void }) {
  const t = useText(text);
  const w = useWords();
  const form = useForm<Fields>({ initialValues: fieldsOf(of) });
  const path = { id: of?.id ?? '' };
  const values = form.getValues();
  const errorOf = (name: string) => (typeof form.errors[name] === 'string' ? form.errors[name] : undefined);
  return (
    <Editor
      title={of ? t('edit', { name: of.scope.name }) : t('create')}
      form={form}
      labels={{ scope: t('scope'), bodies: t('recording'), 'recording.retentionDays': t('retention'), priority: t('priority'), prefixCache: t('prefixCache'), waitSeconds: t('wait'), exactCache: t('cache') }}
      version={of?.version}
      save={async (fields, version) =>
        of
          ? given(await api.PATCH('/api/v1/policies/{id}', { params: { path, header: version === undefined ? {} : { 'If-Match': tag(version) } }, body: draftOf(fields) as never }))
          : given(await api.POST('/api/v1/policies', { body: { scope: fields.scope, ...draftOf(fields) } }))
      }
      latest={async () => {
        const now = given(await api.GET('/api/v1/policies/{id}', { params: { path } }));
        return { version: now.version, values: fieldsOf(now) };
      }}
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
    </Editor>
  );
}
