import { ActionIcon, Button, Fieldset, Group, MultiSelect, PasswordInput, Select, SimpleGrid, Stack, Switch, Table, Text, TextInput } from '@mantine/core';
import { useForm, type UseFormReturnType } from '@mantine/form';
import { IconPlus, IconTrash } from '@tabler/icons-react';
import { useState } from 'react';

import { useText } from '@/i18n/messages';

import { beginWith, type FoundStep } from '../api';
import { StepForm } from '../StepForm';
import { text } from '../text';

import type { StepProps } from './stepProps';

interface Found {
  kinds: { kind: string; label: string; baseUrl: string | null; options?: string[] }[];
}

interface Model {
  name: string;
  upstreamModel?: string | null;
  inputPerMillion?: string | null;
  outputPerMillion?: string | null;
}

interface Answer {
  upstreams: {
    name: string; kind: string; baseUrl?: string | null; apiKey?: string; models?: Model[]; privateAddressesAllowed?: boolean; simulated?: boolean; region?: string | null; options?: Record<string, string>;
  }[];
}

type ModelFields = { name: string; upstreamModel: string; input: string; output: string };
type UpstreamFields = {
  name: string; kind: string; baseUrl: string; apiKey: string; stored: boolean; models: ModelFields[]; privateAddressesAllowed: boolean; simulated: boolean; region: string; options: Record<string, string>;
};
type Fields = { upstreams: UpstreamFields[] };

const blank = (kind: string): UpstreamFields => ({
  name: kind === 'openai_compatible' ? '' : kind, kind, baseUrl: '', apiKey: '', stored: false, models: [], privateAddressesAllowed: false, simulated: false, region: '', options: {},
});

const fieldsOf = (answer: Answer | null, found: Found, stored = true): Fields => ({
  upstreams: answer?.upstreams.map((one) => ({
    name: one.name, kind: one.kind, baseUrl: one.baseUrl ?? '', apiKey: one.apiKey ?? '', stored, privateAddressesAllowed: one.privateAddressesAllowed ?? false, simulated: one.simulated ?? false,
    region: one.region ?? '', options: one.options ?? {},
    models: (one.models ?? []).map((model) => ({ name: model.name, upstreamModel: model.upstreamModel ?? model.name, input: price(model.inputPerMillion), output: price(model.outputPerMillion) })),
  })) ?? [blank(found.kinds[0]?.kind ?? 'openai')],
});

const price = (value: string | null | undefined) => value ?? '';
// Money is a decimal in a string, here as in the whole API.
const amount = (typed: string) => typed.trim() || null;

const answerOf = (fields: Fields): Answer => ({
  upstreams: fields.upstreams.map((one) => ({
    name: one.name.trim(), kind: one.kind, baseUrl: one.baseUrl.trim() || null, ...(one.apiKey ? { apiKey: one.apiKey.trim() } : {}),
    models: one.models.map((model) => ({ name: model.name.trim(), upstreamModel: model.upstreamModel, inputPerMillion: amount(model.input), outputPerMillion: amount(model.output) })),
    ...(one.privateAddressesAllowed ? { privateAddressesAllowed: true } : {}), ...(one.simulated ? { simulated: true } : {}), ...(one.region.trim() ? { region: one.region.trim() } : {}),
    ...(Object.keys(one.options).length ? { options: one.options } : {}),
  })),
});

export function Providers({ step, look, next }: StepProps) {
  const t = useText(text);
  const { answer, found } = step as FoundStep<Answer, Found>;
  const form = useForm<Fields>({ initialValues: fieldsOf(beginWith(step as FoundStep<Answer>), found, answer !== null) });
  // What each provider says it has, by its name: known after a check.
  const [offered, setOffered] = useState<Readonly<Record<string, readonly string[]>>>({});
  const { upstreams } = form.getValues();
  return (
    <StepForm
      step={step}
      form={form}
      answer={answerOf}
      fields={(theirs) => fieldsOf(theirs as Answer | null, found)}
      checked={(checks) => setOffered({ ...offered, ...Object.fromEntries(checks.filter((check) => check.models?.length).map((check) => [check.name, check.models ?? []])) })}
      look={look}
      next={next}
    >
      {upstreams.map((one, place) => (
        <Fieldset key={place} legend={one.name || t('provider', { place: place + 1 })}>
          <OneProvider form={form} place={place} found={found} offered={offered[one.name.trim()] ?? []} />
        </Fieldset>
      ))}
      <Group>
        <Button variant="default" size="compact-sm" leftSection={<IconPlus size={14} aria-hidden />} onClick={() => form.insertListItem('upstreams', blank(found.kinds.find((kind) => !upstreams.some((one) => one.kind === kind.kind))?.kind ?? 'openai_compatible'))}>
          {t('addProvider')}
        </Button>
      </Group>
    </StepForm>
  );
}

function OneProvider({ form, place, found, offered }: { form: UseFormReturnType<Fields>; place: number; found: Found; offered: readonly string[] }) {
  const t = useText(text);
  const one = form.getValues().upstreams[place];
  if (!one) return null;
  const at = `upstreams.${place}`;
  const kind = found.kinds.find((each) => each.kind === one.kind);
  const chosen = one.models.map((model) => model.upstreamModel);
  const choose = (models: string[]) =>
    form.setFieldValue(`${at}.models`, models.map((model) => one.models.find((known) => known.upstreamModel === model) ?? { name: model, upstreamModel: model, input: '', output: '' }) as never);
  return (
    <Stack gap="sm">
      <SimpleGrid cols={{ base: 1, xs: 2 }} spacing="sm">
        <Select
          label={t('providerKind')}
          allowDeselect={false}
          data={found.kinds.map((each) => ({ value: each.kind, label: each.label }))}
          value={one.kind}
          onChange={(value) => {
            const named = one.name === '' || found.kinds.some((each) => each.kind === one.name);
            form.setFieldValue(at, { ...one, kind: value ?? one.kind, name: named && value !== 'openai_compatible' ? (value ?? '') : named ? '' : one.name } as never);
          }}
        />
        <TextInput label={t('name')} required {...form.getInputProps(`${at}.name`)} />
        <TextInput label={t('baseUrl')} required={kind?.baseUrl === null} placeholder={kind?.baseUrl ?? 'https://'} classNames={{ input: 'mono' }} {...form.getInputProps(`${at}.baseUrl`)} />
        <PasswordInput label={t('apiKey')} autoComplete="off" placeholder={one.stored ? t('kept') : undefined} {...form.getInputProps(`${at}.apiKey`)} />
        {(kind?.options ?? []).map((option) => (
          <TextInput key={option} label={option} value={one.options[option] ?? ''} onChange={(event) => form.setFieldValue(`${at}.options`, { ...one.options, [option]: event.currentTarget.value } as never)} />
        ))}
      </SimpleGrid>
      <Switch label={t('private')} {...form.getInputProps(`${at}.privateAddressesAllowed`, { type: 'checkbox' })} />
      <MultiSelect
        label={t('useModels')}
        description={t(offered.length > 0 ? 'useModelsKnown' : 'useModelsHelp', { count: offered.length })}
        searchable
        clearable
        hidePickedOptions
        data={[...new Set([...offered, ...chosen])]}
        value={chosen}
        onChange={choose}
      />
      {one.models.length > 0 && (
        <Table.ScrollContainer minWidth={480} type="native" tabIndex={0} role="region" aria-label={t('models')}>
          <Table className="table" aria-label={t('models')} horizontalSpacing={4}>
            <Table.Thead>
              <Table.Tr>
                <Table.Th>{t('there')}</Table.Th>
                <Table.Th>{t('publicName')}</Table.Th>
                <Table.Th w={120}>{t('inputPrice')}</Table.Th>
                <Table.Th w={120}>{t('outputPrice')}</Table.Th>
              </Table.Tr>
            </Table.Thead>
            <Table.Tbody>
              {one.models.map((model, row) => (
                <Table.Tr key={model.upstreamModel}>
                  <Table.Td className="mono">{model.upstreamModel}</Table.Td>
                  <Table.Td>
                    <TextInput aria-label={`${t('publicName')}: ${model.upstreamModel}`} {...form.getInputProps(`${at}.models.${row}.name`)} />
                  </Table.Td>
                  <Table.Td>
                    <TextInput aria-label={`${t('inputPrice')}: ${model.upstreamModel}`} inputMode="decimal" {...form.getInputProps(`${at}.models.${row}.input`)} />
                  </Table.Td>
                  <Table.Td>
                    <TextInput aria-label={`${t('outputPrice')}: ${model.upstreamModel}`} inputMode="decimal" {...form.getInputProps(`${at}.models.${row}.output`)} />
                  </Table.Td>
                </Table.Tr>
              ))}
            </Table.Tbody>
          </Table>
        </Table.ScrollContainer>
      )}
      {form.getValues().upstreams.length > 1 && (
        <Group justify="flex-end">
          <ActionIcon variant="default" size="lg" aria-label={t('removeProvider', { name: one.name || String(place + 1) })} onClick={() => form.removeListItem('upstreams', place)}>
            <IconTrash size={16} />
          </ActionIcon>
        </Group>
      )}
      {one.simulated && (
        <Text size="xs" c="dimmed">
          {t('simulated')}
        </Text>
      )}
    </Stack>
  );
}
