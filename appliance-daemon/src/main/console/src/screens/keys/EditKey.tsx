import { useForm } from '@mantine/form';

import { api, given, tag } from '@/api/client';
import { useText } from '@/i18n/messages';
import { Editor } from '@/parts/Editor';

import { draftOf, fieldsOf, KeyInputs, useKeyLabels, type KeyFields } from './fields';
import type { Key } from './state';
import { text } from './text';

export function EditKey({ of, close }: { of: Key; close: () => void }) {
  const t = useText(text);
  const labels = useKeyLabels();
  const form = useForm<KeyFields>({ initialValues: fieldsOf(of) });
  const path = { id: of.id };
  return (
    <Editor
      title={t('editTitle', { name: of.name })}
      form={form}
      labels={labels}
      version={of.version}
      save={async (fields, version) =>
        given(
          await api.PATCH('/api/v1/keys/{id}', {
            params: { path, header: version === undefined ? {} : { 'If-Match': tag(version) } },
            body: draftOf(fields),
          }),
        )
      }
      latest={async () => {
        const now = given(await api.GET('/api/v1/keys/{id}', { params: { path } }));
        return { version: now.version, values: fieldsOf(now) };
      }}
      close={close}
    >
      <KeyInputs form={form} />
    </Editor>
  );
}
