import { Radio, Stack, TextInput } from '@mantine/core';
import { useForm } from '@mantine/form';

import { api, given, type Schemas } from '@/api/client';
import { useMay } from '@/api/session';
import { useText } from '@/i18n/messages';
import { Editor } from '@/parts/Editor';

import { ACCESSES, useAccessWord, type Access } from './access';
import { text } from './text';

type Fields = { name: string; access: Access; expiresAt: string };

export function NewToken({ close, issued }: { close: () => void; issued: (made: Schemas['IssuedApiToken']) => void }) {
  const t = useText(text);
  const word = useAccessWord();
  const all = useMay('operate');
  const bodies = useMay('view_bodies');
  // What the API would refuse: more than they may themselves.
  const offered = ACCESSES.filter((one) => (one === 'appliance_admin' ? all : one === 'auditor' ? bodies : true));
  const form = useForm<Fields>({ initialValues: { name: '', access: 'metrics', expiresAt: '' } });
  return (
    <Editor
      title={t('create')}
      form={form}
      labels={{ name: t('name'), access: t('access'), expiresAt: t('expires') }}
      save={async ({ name, access, expiresAt }) =>
        given(await api.POST('/api/v1/tokens', { body: { name: name.trim(), access, expiresAt: expiresAt ? new Date(expiresAt).toISOString() : null } }))
      }
      saved={issued}
      close={close}
    >
      <TextInput label={t('name')} description={t('nameHelp')} required data-autofocus {...form.getInputProps('name')} />
      <Radio.Group label={t('access')} description={t('accessHelp')} {...form.getInputProps('access')}>
        <Stack gap="xs" mt="xs">
          {offered.map((one) => (
            <Radio key={one} value={one} label={word(one)} description={t(`may.${one}`)} />
          ))}
        </Stack>
      </Radio.Group>
      <TextInput type="datetime-local" label={t('expires')} description={t('expiresHelp')} {...form.getInputProps('expiresAt')} />
    </Editor>
  );
}
