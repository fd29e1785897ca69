import { Button, TextInput } from '@mantine/core';
import { useForm } from '@mantine/form';
import { IconPlus } from '@tabler/icons-react';

import { api, given, tag, type Schemas } from '@/api/client';
import { useEvery } from '@/api/lists';
import { useMay } from '@/api/session';
import { useText } from '@/i18n/messages';
import { DataTable, type Column } from '@/parts/DataTable';
import { Editor } from '@/parts/Editor';
import { Page } from '@/parts/Page';
import { RowMenu } from '@/parts/RowMenu';
import { Empty, Shown } from '@/parts/States';
import { useParam } from '@/parts/url';
import { Ago } from '@/parts/values';
import { count } from '@/text/figures';

import { text } from './text';

type User = Schemas['User'];
type Fields = { name: string; email: string };

const fieldsOf = (of: User | undefined): Fields => ({ name: of?.name ?? '', email: of?.email ?? '' });

export default function Users() {
  const t = useText(text);
  const mayChange = useMay('manage_people');
  const users = useEvery('users');
  const keys = useEvery('keys');
  const [creating, setCreating] = useParam('new');
  const keysOf = (user: User) => (keys.data ?? []).filter((key) => key.ownerId === user.id && key.state !== 'revoked').length;
  const columns: Column<User>[] = [
    { key: 'name', title: t('name'), cell: (user) => user.name, plain: (user) => user.name },
    { key: 'email', title: t('email'), cell: (user) => user.email ?? '–', plain: (user) => user.email },
    { key: 'keys', title: t('keys'), right: true, cell: (user) => count(keysOf(user)), plain: keysOf },
    { key: 'createdAt', title: t('createdAt'), cell: (user) => <Ago time={user.createdAt} />, plain: (user) => user.createdAt, from: 'sm' },
  ];
  const button = mayChange && (
    <Button leftSection={<IconPlus size={15} aria-hidden />} onClick={() => setCreating('1')}>
      {t('create')}
    </Button>
  );
  return (
    <Page title={t('title')} about={t('about')} actions={button}>
      <Shown of={users}>
        {(all) => (
          <DataTable
            label={t('title')}
            file="users"
            rows={all}
            columns={columns}
            id={(user) => user.id}
            actions={
              mayChange
                ? (user) => (
                    <RowMenu
                      name={user.name}
                      edit={(close) => <UserForm of={user} close={close} />}
                      remove={() => api.DELETE('/api/v1/users/{id}', { params: { path: { id: user.id }, header: { 'If-Match': tag(user.version) } } })}
                      removeWhat={t('removeWhat')}
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
      {creating && <UserForm close={() => setCreating(null)} />}
    </Page>
  );
}

function UserForm({ of, close }: { of?: User; close: () => void }) {
  const t = useText(text);
  const form = useForm<Fields>({ initialValues: fieldsOf(of) });
  const path = { id: of?.id ?? '' };
  const draft = (fields: Fields) => ({ name: fields.name.trim(), email: fields.email.trim() || null });
  return (
    <Editor
      title={of ? t('edit', { name: of.name }) : t('create')}
      form={form}
      labels={{ name: t('name'), email: t('email') }}
      version={of?.version}
      save={async (fields, version) =>
        of
          ? given(await api.PATCH('/api/v1/users/{id}', { params: { path, header: version === undefined ? {} : { 'If-Match': tag(version) } }, body: draft(fields) }))
          : given(await api.POST('/api/v1/users', { body: draft(fields) }))
      }
      latest={async () => {
        const now = given(await api.GET('/api/v1/users/{id}', { params: { path } }));
        return { version: now.version, values: fieldsOf(now) };
      }}
      close={close}
    >
      <TextInput label={t('name')} required data-autofocus {...form.getInputProps('name')} />
      <TextInput label={t('email')} type="email" {...form.getInputProps('email')} />
    </Editor>
  );
}
