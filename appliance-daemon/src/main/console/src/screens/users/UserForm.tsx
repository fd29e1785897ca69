import { Checkbox, MultiSelect, Stack, TextInput } from '@mantine/core';
import { useForm } from '@mantine/form';

import type { Schemas } from '@/api/client';
import { useEvery } from '@/api/lists';
import { ROLES, type Role } from '@/api/words';
import { useText } from '@/i18n/messages';
import { useWords } from '@/i18n/useWords';
import { ThingEditor } from '@/parts/ThingEditor';

import { text } from './text';

type User = Schemas['User'];
type Fields = { name: string; email: string; roles: Role[]; departments: string[]; projects: string[] };

const fieldsOf = (of: User | undefined): Fields => ({
  name: of?.name ?? '', email: of?.email ?? '', roles: of?.roles ?? [], departments: of?.departments ?? [], projects: of?.projects ?? [],
});

const draftOf = ({ name, email, roles, departments, projects }: Fields) => ({
  name: name.trim(), email: email.trim() || null, roles,
  departments: roles.includes('department_lead') ? departments : [],
  projects: roles.includes('developer') ? projects : [],
});

export function UserForm({ of, close }: { of: User | undefined; close: () => void }) {
  const t = useText(text);
  const w = useWords();
  const departments = useEvery('departments');
  const projects = useEvery('projects');
  const form = useForm<Fields>({ initialValues: fieldsOf(of) });
  const { roles } = form.getValues();
  return (
    <ThingEditor
      noun="users"
      of={of}
      title={of ? t('edit', { name: of.name }) : t('create')}
      form={form}
      labels={{ name: t('name'), email: t('email'), roles: t('roles'), departments: t('leads'), projects: t('develops') }}
      fields={fieldsOf}
      draft={draftOf}
      close={close}
    >
      <TextInput label={t('name')} required data-autofocus {...form.getInputProps('name')} />
      <TextInput label={t('email')} type="email" {...form.getInputProps('email')} />
      <Checkbox.Group label={t('roles')} description={t('rolesHelp')} {...form.getInputProps('roles')}>
        <Stack gap="xs" mt="xs">
          {ROLES.map((role) => (
            <Checkbox key={role} value={role} label={w('role', role)} description={t(`may.${role}`)} />
          ))}
        </Stack>
      </Checkbox.Group>
      {roles.includes('department_lead') && (
        <MultiSelect label={t('leads')} searchable data={(departments.data ?? []).map((one) => ({ value: one.id, label: one.name }))} {...form.getInputProps('departments')} />
      )}
      {roles.includes('developer') && (
        <MultiSelect label={t('develops')} searchable data={(projects.data ?? []).map((one) => ({ value: one.id, label: `${one.department} / ${one.name}` }))} {...form.getInputProps('projects')} />
      )}
    </ThingEditor>
  );
}
