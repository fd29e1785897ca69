import { Textarea, TextInput } from '@mantine/core';
import { useForm } from '@mantine/form';

import type { Schemas } from '@/api/client';
import { useText } from '@/i18n/messages';
import { ThingEditor } from '@/parts/ThingEditor';

import { text } from './text';

type Fields = { name: string; description: string };
type Named = { name: string; description: string | null };

function fieldsOf(of: Named | undefined): Fields {
  return { name: of?.name ?? '', description: of?.description ?? '' };
}

function draftOf(fields: Fields) {
  return { name: fields.name.trim(), description: fields.description.trim() || null };
}

function Inputs({ form }: { form: ReturnType<typeof useForm<Fields>> }) {
  const t = useText(text);
  return (
    <>
      <TextInput label={t('name')} required data-autofocus {...form.getInputProps('name')} />
      <Textarea label={t('description')} autosize minRows={2} {...form.getInputProps('description')} />
    </>
  );
}

export function DepartmentForm({ of, close }: { of: Schemas['Department'] | undefined; close: () => void }) {
  const t = useText(text);
  const form = useForm<Fields>({ initialValues: fieldsOf(of) });
  return (
    <ThingEditor
      noun="departments"
      of={of}
      title={of ? t('edit', { name: of.name }) : t('create')}
      form={form}
      labels={{ name: t('name'), description: t('description') }}
      fields={fieldsOf}
      draft={draftOf}
      close={close}
    >
      <Inputs form={form} />
    </ThingEditor>
  );
}

export function ProjectForm({ department, of, close }: { department: string; of: Schemas['Project'] | undefined; close: () => void }) {
  const t = useText(text);
  const form = useForm<Fields>({ initialValues: fieldsOf(of) });
  return (
    <ThingEditor
      noun="projects"
      of={of}
      title={of ? t('edit', { name: of.name }) : t('createProject')}
      form={form}
      labels={{ name: t('name'), description: t('description') }}
      fields={fieldsOf}
      draft={(fields) => ({ ...draftOf(fields), departmentId: department })}
      patch={draftOf}
      close={close}
    >
      <Inputs form={form} />
    </ThingEditor>
  );
}
