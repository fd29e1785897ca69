import { Anchor, Button, SimpleGrid, Stack, Text } from '@mantine/core';
import { IconPlus } from '@tabler/icons-react';
import { useState } from 'react';
import { Link, useParams } from 'wouter';

import { $api, type Schemas } from '@/api/client';
import { useEvery } from '@/api/lists';
import { useMay } from '@/api/session';
import { currencyOf, merged, useSpending, useUsage } from '@/api/usage';
import { useText } from '@/i18n/messages';
import { useWords } from '@/i18n/useWords';
import { BudgetBar } from '@/parts/BudgetBar';
import type { Column } from '@/parts/DataTable';
import { Page, Panel } from '@/parts/Page';
import { RowMenu } from '@/parts/RowMenu';
import { Shown } from '@/parts/States';
import { ThingTable } from '@/parts/Things';
import { Changes } from '@/screens/audit/Changes';
import { UsagePanel } from '@/screens/usage/UsagePanel';
import { count } from '@/text/figures';
import { approximately, money } from '@/text/money';
import { startOfMonth } from '@/text/times';

import { DepartmentForm, ProjectForm } from './forms';
import { text } from './text';

export default function DepartmentDetail() {
  const t = useText(text);
  const { id = '' } = useParams<{ id: string }>();
  const mayChange = useMay('change');
  const mayUsage = useMay('view_usage');
  const mayAudit = useMay('view_audit');
  const mayProjects = useMay('manage_projects');
  const department = $api.useQuery('get', '/api/v1/departments/{id}', { params: { path: { id } } });
  const [creating, setCreating] = useState(false);
  return (
    <Shown of={department} rows={8}>
      {(one) => (
        <Page
          title={one.name}
          about={one.description}
          back={
            <Anchor component={Link} href="/departments" size="xs">
              ← {t('all')}
            </Anchor>
          }
          actions={
            <>
              {mayProjects && (
                <Button leftSection={<IconPlus size={15} aria-hidden />} onClick={() => setCreating(true)}>
                  {t('createProject')}
                </Button>
              )}
              {mayChange && <RowMenu name={one.name} edit={(close) => <DepartmentForm of={one} close={close} />} />}
            </>
          }
        >
          <Projects of={one} create={() => setCreating(true)} />
          {mayUsage && <UsagePanel title={t('usage')} empty={t('noUsage')} filter={{ department: id }} by="project" />}
          <SimpleGrid cols={{ base: 1, md: 2 }} spacing="md">
            <Panel title={t('bounds')}>
              <Bounds id={id} />
            </Panel>
            {mayAudit && (
              <Panel title={t('history')}>
                <Changes objectId={id} empty={t('noHistory')} />
              </Panel>
            )}
          </SimpleGrid>
          {creating && <ProjectForm department={id} of={undefined} close={() => setCreating(false)} />}
        </Page>
      )}
    </Shown>
  );
}

function Projects({ of, create }: { of: Schemas['Department']; create: () => void }) {
  const t = useText(text);
  const mayProjects = useMay('manage_projects');
  const mayKeys = useMay('manage_keys');
  const mayChange = useMay('change');
  const mayUsage = useMay('view_usage');
  const projects = useEvery('projects', { department: of.id });
  const keys = useEvery('keys', { department: of.id });
  const usage = useUsage({ from: startOfMonth(new Date()).toISOString(), groupBy: 'project', department: of.id }, { enabled: mayUsage });
  const lines = merged(usage.data?.lines ?? [], 'project');
  const currency = currencyOf(lines);
  const line = (project: Schemas['Project']) => lines.find((one) => one.by['project'] === project.id);
  const columns: Column<Schemas['Project']>[] = [
    { key: 'name', title: t('name'), cell: (one) => one.name, plain: (one) => one.name },
    { key: 'description', title: t('description'), cell: (one) => one.description ?? '', plain: (one) => one.description, from: 'md' },
    { key: 'keys', title: t('keys'), right: true, cell: (one) => count(keysOf(one.id)), plain: (one) => keysOf(one.id) },
    ...(mayUsage
      ? [
          { key: 'calls', title: t('calls'), right: true, cell: (one: Schemas['Project']) => count(line(one)?.calls ?? 0), plain: (one: Schemas['Project']) => line(one)?.calls ?? 0, from: 'sm' as const },
          {
            key: 'spend', title: t('spend'), right: true, cell: (one: Schemas['Project']) => money(line(one)?.cost ?? '0', currency), plain: (one: Schemas['Project']) => line(one)?.cost ?? '0',
            sort: (one: Schemas['Project']) => approximately(line(one)?.cost ?? '0'),
          },
        ]
      : []),
    ...(mayKeys
      ? [{ key: 'new', title: '', right: true, from: 'sm' as const, cell: (one: Schemas['Project']) => <Anchor component={Link} href={`/keys?project=${one.id}&new=1`} size="sm">{t('newKey')}</Anchor> }]
      : []),
  ];
  function keysOf(project: string): number {
    return (keys.data ?? []).filter((key) => key.projectId === project && key.state !== 'revoked').length;
  }
  return (
    <ThingTable
      noun="projects"
      of={projects}
      label={t('projects')}
      columns={columns}
      name={(one) => one.name}
      href={(one) => `/keys?project=${one.id}`}
      searchable={(all) => all.length > 8}
      may={mayProjects}
      form={(one, close) => <ProjectForm department={of.id} of={one} close={close} />}
      removeWhat={mayChange ? () => t('removeProjectWhat') : undefined}
      empty={t('noProjects')}
      emptyWhat={t('noProjectsWhat')}
      add={mayProjects && <Button onClick={create}>{t('createProject')}</Button>}
    />
  );
}

function Bounds({ id }: { id: string }) {
  const t = useText(text);
  const w = useWords();
  const mayUsage = useMay('view_usage');
  const limits = useEvery('limits', { scope: id });
  const budgets = useEvery('budgets', { scope: id });
  const spent = useSpending(budgets.data ?? [], mayUsage);
  return (
    <Stack gap="sm">
      {(budgets.data ?? []).map((budget) => (
        <BudgetBar key={budget.id} budget={budget} spent={spent(budget)} />
      ))}
      {(limits.data ?? []).map((limit) => (
        <Text key={limit.id} size="sm">
          {w('limit', limit.kind)}: {count(limit.amount)}
        </Text>
      ))}
      {limits.data?.length === 0 && budgets.data?.length === 0 && (
        <Text size="sm" c="dimmed">
          {t('noBounds')}
        </Text>
      )}
      <Anchor component={Link} href="/limits" size="sm">
        {t('setBounds')}
      </Anchor>
    </Stack>
  );
}
