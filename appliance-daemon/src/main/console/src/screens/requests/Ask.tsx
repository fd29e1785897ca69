import { Badge, Button, Group, Select, Textarea } from '@mantine/core';
import { useForm } from '@mantine/form';
import { notifications } from '@mantine/notifications';
import { useState } from 'react';

import { $api, api, given, type Schemas } from '@/api/client';
import { useMay } from '@/api/session';
import { useText } from '@/i18n/messages';
import { Editor } from '@/parts/Editor';

import { text } from './text';

type Project = Schemas['CatalogueProject'];

/** For a model that a project of one's own may not use: the button that asks for it, or that it was asked for. */
export function Ask({ model }: { model: string }) {
  const t = useText(text);
  const may = useMay('manage_keys');
  const [opened, setOpened] = useState(false);
  const catalogue = $api.useQuery('get', '/api/v1/catalogue', {}, { enabled: may });
  const access = catalogue.data?.models.find((one) => one.name === model)?.access ?? [];
  const projects = (catalogue.data?.projects ?? []).filter((project) => access.some((one) => one.projectId === project.id && !one.allowed && one.pending === null));
  const waiting = access.some((one) => one.pending !== null);
  return (
    <Group gap="xs">
      {waiting && (
        <Badge variant="outline" color="gray" size="sm">
          {t('asked')}
        </Badge>
      )}
      {projects.length > 0 && (
        <Button size="compact-sm" onClick={() => setOpened(true)} aria-label={`${t('ask')}: ${model}`}>
          {t('ask')}
        </Button>
      )}
      {opened && <AskForm model={model} projects={projects} close={() => setOpened(false)} />}
    </Group>
  );
}

function AskForm({ model, projects, close }: { model: string; projects: readonly Project[]; close: () => void }) {
  const t = useText(text);
  const form = useForm({ initialValues: { projectId: projects[0]?.id ?? '', reason: '' } });
  return (
    <Editor
      title={t('askOf', { model })}
      form={form}
      verb={t('ask')}
      size="md"
      labels={{ projectId: t('project'), reason: t('reason') }}
      save={async ({ projectId, reason }) => given(await api.POST('/api/v1/access-requests', { body: { projectId, model, reason: reason.trim() } }))}
      saved={() => notifications.show({ message: t('askedDone') })}
      close={close}
    >
      <Select label={t('project')} required allowDeselect={false} data={projects.map((one) => ({ value: one.id, label: `${one.department}/${one.name}` }))} {...form.getInputProps('projectId')} />
      <Textarea label={t('reason')} required maxLength={1000} autosize minRows={3} data-autofocus {...form.getInputProps('reason')} />
    </Editor>
  );
}
