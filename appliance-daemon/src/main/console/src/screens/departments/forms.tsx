import { Textarea, TextInput } from '@mantine/core';
import { useForm } from '@mantine/form';

import { api, given, tag, type Schemas } from '@/api/client';
import { useText } from '@/i18n/messages';
import { Editor } from '@/parts/Editor';

import { text } from './text';

type Fields = { name: string; description: string };
type Named = { name: string; description: string | null };

function fieldsOf(of: Named | undefined): Fields {
  return { name: of?.name ?? '', description: of?.description ?? '' };
}

function draftOf(fields: Fields) {
  return { name: fields.name.trim(), description: fields.description.trim() || null };
}

const headerOf = (version: number | undefined) => (version === undefined ? {} : { 'If-Match': tag(version) });

function Inputs({ form }: { form: ReturnType<typeof useForm<Fields>> }) {
  const t = useText(text);
  return (
    <>
      <TextInput label={t('name')} required data-autofocus {...form.getInputProps('name')} />
      <Textarea label={t('description')} autosize minRows={2} {...form.getInputProps('description')} />
    </>
  );
}

export function DepartmentForm({ of, close }: { of?: Schemas['Department']; close: () => void }) {
  const t = useText(text);
  const form = useForm<Fields>({ initialValues: fieldsOf(of) });
  const path = { id: of?.id ?? '' };
  return (
    <Editor
      title={of ? t('edit', { name: of.name }) : t('create')}
      form={form}
      labels={{ name: t('name'), description: t('description') }}
      version={of?.version}
      save={async (fields, version) =>
        of
          ? given(await api.PATCH('/api/v1/departments/{id}', { params: { path, header: headerOf(version) }, body: draftOf(fields) }))
          : given(await api.POST('/api/v1/departments', { body: draftOf(fields) }))
      }
      latest={async () => {
        const now = given(await api.GET('/api/v1/departments/{id}', { params: { path } }));
        return { version: now.version, values: fieldsOf(now) };
      }}
      close={close}
    >
      <Inputs form={form} />
    </Editor>
  );
}

export function ProjectForm({ department, of, close }: { department: string; of?: Schemas['Project']; close: () => void }) {
  const t = useText(text);
  const form = useForm<Fields>({ initialValues: fieldsOf(of) });
  const path = { id: of?.id ?? '' };
  return (
    <Editor
      title={of ? t('edit', { name: of.name }) : t('createProject')}
      form={form}
      labels={{ name: t('name'), description: t('description') }}
      version={of?.version}
      save={async (fields, version) =>
        of
          ? given(await api.PATCH('/api/v1/projects/{id}', { params: { path, header: headerOf(version) }, body: draftOf(fields) }))
          : given(await api.POST('/api/v1/projects', { body: { ...draftOf(fields), departmentId: department } }))
      }
      latest={async () => {
        const now = given(await api.GET('/api/v1/projects/{id}', { params: { path } }));
        return { version: now.version, values: fieldsOf(now) };
      }}
      close={close}
    >
      <Inputs form={form} />
    </Editor>
  );
}
