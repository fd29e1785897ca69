import { Accordion, Checkbox, SegmentedControl, Select, Stack, TagsInput, TextInput } from '@mantine/core';
import { useForm } from '@mantine/form';
import { notifications } from '@mantine/notifications';

import { api, given, type Schemas } from '@/api/client';
import { useText } from '@/i18n/messages';
import { Editor } from '@/parts/Editor';

import { text } from './text';

type Care = NonNullable<Schemas['ModelImportDraft']['pickles']>;

type Fields = {
  from: 'path' | 'hub';
  path: string;
  hub: string | null;
  repository: string;
  revision: string;
  name: string;
  include: string[];
  exclude: string[];
  inPlace: boolean;
  newVersion: boolean;
  pickles: Care;
  code: Care;
};

const said = (value: string) => value.trim() || null;

function draftOf(fields: Fields): Schemas['ModelImportDraft'] {
  const where = fields.from === 'path' ? { path: said(fields.path), inPlace: fields.inPlace } : { repository: said(fields.repository), hub: fields.hub, revision: said(fields.revision) };
  return { ...where, name: said(fields.name), include: fields.include, exclude: fields.exclude, newVersion: fields.newVersion, pickles: fields.pickles, code: fields.code };
}

/** Begins an import: from a directory or an archive on the box, or from a model hub. */
export function ImportForm({ hubs, close, begun }: { hubs: readonly string[]; close: () => void; begun: () => void }) {
  const t = useText(text);
  const form = useForm<Fields>({
    initialValues: {
      from: 'path', path: '', hub: hubs[0] ?? null, repository: '', revision: '', name: '', include: [], exclude: [], inPlace: false, newVersion: false,
      pickles: 'refuse', code: 'refuse',
    },
  });
  const { from } = form.getValues();
  const cares = (['refuse', 'leave_out', 'take'] as const).map((value) => ({ value, label: t(`care.${value}`) }));
  return (
    <Editor
      title={t('import')}
      form={form}
      labels={{ path: t('path'), repository: t('repository'), hub: t('hub'), revision: t('revision'), name: t('name') }}
      verb={t('begin')}
      save={async (fields) => given(await api.POST('/api/v1/model-store/imports', { body: draftOf(fields) }))}
      saved={(one) => {
        notifications.show({ message: t('begun', { name: one.name }) });
        begun();
      }}
      close={close}
    >
      <SegmentedControl
        fullWidth
        aria-label={t('where')}
        data={[
          { value: 'path', label: t('fromPath') },
          { value: 'hub', label: t('fromHub') },
        ]}
        {...form.getInputProps('from')}
      />
      {from === 'path' ? (
        <>
          <TextInput label={t('path')} description={t('pathHelp')} required classNames={{ input: 'mono' }} {...form.getInputProps('path')} />
          <Checkbox label={t('inPlaceLabel')} description={t('inPlaceHelp')} {...form.getInputProps('inPlace', { type: 'checkbox' })} />
        </>
      ) : (
        <>
          <Select label={t('hub')} description={hubs.length === 0 ? t('noHubs') : undefined} disabled={hubs.length === 0} data={[...hubs]} {...form.getInputProps('hub')} />
          <TextInput label={t('repository')} required placeholder="organisation/model" classNames={{ input: 'mono' }} {...form.getInputProps('repository')} />
          <TextInput label={t('revision')} placeholder="main" classNames={{ input: 'mono' }} {...form.getInputProps('revision')} />
        </>
      )}
      <TextInput label={t('name')} description={t('nameHelp')} {...form.getInputProps('name')} />
      <Accordion variant="contained" chevronPosition="left">
        <Accordion.Item value="more">
          <Accordion.Control>{t('more')}</Accordion.Control>
          <Accordion.Panel>
            <Stack gap="sm">
              <TagsInput label={t('include')} placeholder={form.getValues().include.length ? undefined : '*Q4_K_M*.gguf'} {...form.getInputProps('include')} />
              <TagsInput label={t('exclude')} placeholder={form.getValues().exclude.length ? undefined : 'original/**'} {...form.getInputProps('exclude')} />
              <Select label={t('pickles')} description={t('picklesHelp')} allowDeselect={false} data={cares} {...form.getInputProps('pickles')} />
              <Select label={t('code')} description={t('codeHelp')} allowDeselect={false} data={cares} {...form.getInputProps('code')} />
              <Checkbox label={t('newVersion')} description={t('newVersionHelp')} {...form.getInputProps('newVersion', { type: 'checkbox' })} />
            </Stack>
          </Accordion.Panel>
        </Accordion.Item>
      </Accordion>
    </Editor>
  );
}
