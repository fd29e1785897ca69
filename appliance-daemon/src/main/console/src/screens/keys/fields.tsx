import { MultiSelect, Select, Textarea, TextInput } from '@mantine/core';
import type { UseFormReturnType } from '@mantine/form';

import { useEvery } from '@/api/lists';
import { SURFACES } from '@/api/words';
import { useText } from '@/i18n/messages';

import type { Key } from './state';
import { text } from './text';

// A type, not an interface: forms want values that have an index.
export type KeyFields = {
  name: string;
  ownerId: string | null;
  models: string[];
  surfaces: string[];
  addresses: string;
  expiresAt: string;
};

export const NO_FIELDS: KeyFields = { name: '', ownerId: null, models: [], surfaces: [], addresses: '', expiresAt: '' };

export function fieldsOf(key: Key): KeyFields {
  return {
    name: key.name,
    ownerId: key.ownerId,
    models: key.models.filter((model) => model !== '*'),
    surfaces: key.surfaces.filter((surface) => surface !== '*'),
    addresses: key.addresses.join('\n'),
    expiresAt: key.expiresAt ? localInput(key.expiresAt) : '',
  };
}

export function draftOf(fields: KeyFields) {
  return {
    name: fields.name.trim(),
    ownerId: fields.ownerId,
    models: fields.models.length ? fields.models : ['*'],
    surfaces: fields.surfaces.length ? fields.surfaces : ['*'],
    addresses: fields.addresses.split(/[\s,]+/).filter(Boolean),
    expiresAt: fields.expiresAt ? new Date(fields.expiresAt).toISOString() : null,
  };
}

function localInput(time: string): string {
  const when = new Date(time);
  return new Date(when.getTime() - when.getTimezoneOffset() * 60_000).toISOString().slice(0, 16);
}

export function useKeyLabels(): Record<string, string> {
  const t = useText(text);
  return {
    projectId: t('project'), name: t('name'), ownerId: t('owner'), models: t('models'), surfaces: t('surfaces'), addresses: t('addresses'), expiresAt: t('expires'),
  };
}

/** The fields that a new key and a known one have in common. */
export function KeyInputs<F extends KeyFields>({ form }: { form: UseFormReturnType<F> }) {
  const t = useText(text);
  const models = useEvery('models');
  const users = useEvery('users');
  return (
    <>
      <TextInput label={t('name')} description={t('nameHelp')} required {...form.getInputProps('name')} />
      <Select
        label={t('owner')}
        placeholder={t('noOwner')}
        clearable
        searchable
        data={(users.data ?? []).map((user) => ({ value: user.id, label: user.name }))}
        {...form.getInputProps('ownerId')}
      />
      <MultiSelect
        label={t('models')}
        description={t('modelsHelp')}
        placeholder={form.getValues().models.length ? undefined : t('allModels')}
        searchable
        clearable
        data={(models.data ?? []).map((model) => model.name)}
        {...form.getInputProps('models')}
      />
      <MultiSelect label={t('surfaces')} description={t('surfacesHelp')} searchable clearable data={[...new Set([...SURFACES, ...form.getValues().surfaces])]} {...form.getInputProps('surfaces')} />
      <Textarea label={t('addresses')} description={t('addressesHelp')} autosize minRows={2} classNames={{ input: 'mono' }} {...form.getInputProps('addresses')} />
      <TextInput type="datetime-local" label={t('expires')} description={t('expiresHelp')} {...form.getInputProps('expiresAt')} />
    </>
  );
}
