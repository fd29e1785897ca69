import { Button, Select } from '@mantine/core';
import { IconPlus } from '@tabler/icons-react';
import { useState } from 'react';
import { Link } from 'wouter';

import type { Schemas } from '@/api/client';
import { useEvery } from '@/api/lists';
import { useMay } from '@/api/session';
import { useText } from '@/i18n/messages';
import { DataTable, type Column } from '@/parts/DataTable';
import { Page } from '@/parts/Page';
import { Empty, Shown } from '@/parts/States';
import { useParam } from '@/parts/url';
import { Ago, Words } from '@/parts/values';

import { Issued } from './Issued';
import { KeyMenu } from './KeyMenu';
import { NewKey } from './NewKey';
import { KeyState, wordOf, type Key } from './state';
import { text } from './text';

export default function Keys() {
  const t = useText(text);
  const mayChange = useMay('manage_keys');
  const keys = useEvery('keys');
  const departments = useEvery('departments');
  const [state, setState] = useParam('state');
  const [department, setDepartment] = useParam('department');
  const [project] = useParam('project');
  const [creating, setCreating] = useParam('new');
  const [issued, setIssued] = useState<Schemas['IssuedKey'] | null>(null);

  const columns: Column<Key>[] = [
    { key: 'name', title: t('name'), cell: (key) => key.name, plain: (key) => key.name },
    { key: 'publicId', title: t('publicId'), cell: (key) => <span className="mono">ghk_{key.publicId}</span>, plain: (key) => `ghk_${key.publicId}`, from: 'sm' },
    { key: 'department', title: t('department'), cell: (key) => key.department, plain: (key) => key.department, from: 'md' },
    { key: 'project', title: t('project'), cell: (key) => key.project, plain: (key) => key.project, from: 'xs' },
    { key: 'owner', title: t('owner'), cell: (key) => key.owner ?? '–', plain: (key) => key.owner, from: 'lg' },
    { key: 'models', title: t('models'), cell: (key) => <Words of={key.models} most={2} />, plain: (key) => key.models.join(' '), from: 'lg' },
    { key: 'state', title: t('state'), cell: (key) => <KeyState of={key} />, plain: (key) => t(wordOf(key)) },
    { key: 'lastUsed', title: t('lastUsed'), cell: (key) => <Ago time={key.lastUsedAt} never={t('neverUsed')} />, plain: (key) => key.lastUsedAt, from: 'sm' },
    { key: 'expires', title: t('expires'), cell: (key) => <Ago time={key.expiresAt} never={t('neverExpires')} />, plain: (key) => key.expiresAt, from: 'md' },
  ];
  const button = mayChange && (
    <Button leftSection={<IconPlus size={15} aria-hidden />} onClick={() => setCreating('1')}>
      {t('create')}
    </Button>
  );
  return (
    <Page title={t('title')} about={t('about')} actions={button}>
      <Shown of={keys}>
        {(all) => (
          <DataTable
            label={t('title')}
            file="keys"
            rows={all.filter((key) => (!state || wordOf(key) === state) && (!department || key.departmentId === department) && (!project || key.projectId === project))}
            columns={columns}
            id={(key) => key.id}
            href={(key) => `/keys/${key.id}`}
            filters={
              <>
                <Select
                  size="xs"
                  w={140}
                  aria-label={t('state')}
                  placeholder={t('anyState')}
                  clearable
                  value={state || null}
                  onChange={setState}
                  data={(['active', 'disabled', 'revoked', 'expired'] as const).map((value) => ({ value, label: t(value) }))}
                />
                <Select
                  size="xs"
                  w={170}
                  aria-label={t('department')}
                  placeholder={t('anyDepartment')}
                  clearable
                  searchable
                  value={department || null}
                  onChange={setDepartment}
                  data={(departments.data ?? []).map((one) => ({ value: one.id, label: one.name }))}
                />
              </>
            }
            actions={mayChange ? (key) => <KeyMenu of={key} /> : undefined}
            empty={
              <Empty title={t('empty')} action={departments.data?.length === 0 ? <Button component={Link} href="/departments?new=1">{t('toDepartments')}</Button> : button}>
                {t('emptyWhat')}
              </Empty>
            }
          />
        )}
      </Shown>
      {creating && <NewKey project={project} close={() => setCreating(null)} issued={setIssued} />}
      {issued && <Issued of={issued} close={() => setIssued(null)} />}
    </Page>
  );
}
