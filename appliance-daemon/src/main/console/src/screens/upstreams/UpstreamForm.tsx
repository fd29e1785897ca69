import { ActionIcon, Button, Fieldset, Group, NumberInput, PasswordInput, Select, SimpleGrid, Stack, Switch, Textarea, TextInput } from '@mantine/core';
import { useForm } from '@mantine/form';
import { IconPlus, IconTrash } from '@tabler/icons-react';

import type { Schemas } from '@/api/client';
import { useText } from '@/i18n/messages';
import { ThingEditor } from '@/parts/ThingEditor';

import { text } from './text';

type Upstream = Schemas['UpstreamServer'];
type Kind = Upstream['kind'];
const KINDS: readonly Kind[] = [
  'openai_compatible', 'openai', 'azure_openai', 'anthropic', 'gemini', 'vertex', 'bedrock', 'dashscope', 'deepseek', 'mistral', 'cohere', 'vllm', 'sglang',
  'llama_cpp', 'tensorrt_llm', 'transformers',
];
const TIMEOUTS = ['connectMillis', 'firstByteMillis', 'idleMillis', 'totalMillis'] as const;

type Fields = {
  name: string;
  kind: Kind;
  baseUrl: string;
  local: boolean;
  privateAddressesAllowed: boolean;
  region: string;
  keys: { name: string; account: string; secret: string }[];
  options: string;
} & Record<(typeof TIMEOUTS)[number], number | ''>;

function fieldsOf(of: Upstream | undefined): Fields {
  return {
    name: of?.name ?? '', kind: of?.kind ?? 'openai_compatible', baseUrl: of?.baseUrl ?? '', local: of?.local ?? false,
    privateAddressesAllowed: of?.privateAddressesAllowed ?? false, region: of?.region ?? '',
    keys: of ? of.keys.map((key) => ({ name: key.name, account: key.account, secret: '' })) : [{ name: 'main', account: 'main', secret: '' }],
    options: Object.entries(of?.options ?? {}).map(([name, value]) => `${name}=${value}`).join('\n'),
    connectMillis: of?.timeouts.connectMillis ?? '', firstByteMillis: of?.timeouts.firstByteMillis ?? '', idleMillis: of?.timeouts.idleMillis ?? '', totalMillis: of?.timeouts.totalMillis ?? '',
  };
}

function draftOf(fields: Fields, of: Upstream | undefined) {
  const options: Record<string, string | null> = {};
  for (const line of fields.options.split('\n')) {
    const at = line.indexOf('=');
    if (at > 0) options[line.slice(0, at).trim()] = line.slice(at + 1).trim();
  }
  // A merge patch takes a member away by null.
  for (const name of Object.keys(of?.options ?? {})) options[name] ??= null;
  const timeouts = Object.fromEntries(TIMEOUTS.filter((name) => fields[name] !== '').map((name) => [name, fields[name]]));
  return {
    name: fields.name.trim(), kind: fields.kind, baseUrl: fields.baseUrl.trim(), local: fields.local, privateAddressesAllowed: fields.privateAddressesAllowed,
    region: fields.region.trim() || null, options, timeouts,
    keys: fields.keys
      .filter((key) => key.secret || of?.keys.some((known) => known.name === key.name))
      .map((key) => ({ name: key.name.trim(), account: key.account.trim() || key.name.trim(), ...(key.secret ? { secret: key.secret } : {}) })),
  };
}

export function UpstreamForm({ of, close }: { of: Upstream | undefined; close: () => void }) {
  const t = useText(text);
  const form = useForm<Fields>({ initialValues: fieldsOf(of) });
  const values = form.getValues();
  const known = (name: string) => of?.keys.some((key) => key.name === name) ?? false;
  return (
    <ThingEditor
      noun="upstreams"
      of={of}
      title={of ? t('edit', { name: of.name }) : t('create')}
      form={form}
      labels={{ name: t('name'), kind: t('kind'), baseUrl: t('baseUrl'), keys: t('keys'), region: t('region'), options: t('options') }}
      fields={fieldsOf}
      draft={(fields) => draftOf(fields, of) as Schemas['UpstreamDraft']}
      close={close}
    >
      <SimpleGrid cols={{ base: 1, xs: 2 }} spacing="sm">
        <TextInput label={t('name')} required {...form.getInputProps('name')} />
        <Select label={t('kind')} allowDeselect={false} searchable data={[...KINDS]} {...form.getInputProps('kind')} />
      </SimpleGrid>
      <TextInput label={t('baseUrl')} description={t('baseUrlHelp')} required classNames={{ input: 'mono' }} {...form.getInputProps('baseUrl')} />
      <Fieldset legend={t('keys')}>
        <Stack gap="sm">
          {values.keys.map((key, place) => (
            <Group key={place} gap="xs" align="flex-end" wrap="nowrap">
              <TextInput label={t('keyName')} w={130} {...form.getInputProps(`keys.${place}.name`)} />
              <TextInput label={t('account')} w={110} {...form.getInputProps(`keys.${place}.account`)} />
              <PasswordInput flex={1} label={t('secret')} autoComplete="off" placeholder={known(key.name) ? t('secretKept') : undefined} {...form.getInputProps(`keys.${place}.secret`)} />
              <ActionIcon variant="default" size="lg" aria-label={t('removeKey', { place: place + 1 })} onClick={() => form.removeListItem('keys', place)}>
                <IconTrash size={16} />
              </ActionIcon>
            </Group>
          ))}
          <Group>
            <Button variant="default" size="compact-sm" leftSection={<IconPlus size={14} aria-hidden />} onClick={() => form.insertListItem('keys', { name: values.keys.length ? '' : 'main', account: '', secret: '' })}>
              {t('addKey')}
            </Button>
          </Group>
        </Stack>
      </Fieldset>
      <TextInput label={t('region')} description={t('regionHelp')} {...form.getInputProps('region')} />
      <Switch label={t('isLocal')} {...form.getInputProps('local', { type: 'checkbox' })} />
      <Switch label={t('isPrivate')} {...form.getInputProps('privateAddressesAllowed', { type: 'checkbox' })} />
      <Fieldset legend={`${t('timeouts')} (${t('ms')})`}>
        <SimpleGrid cols={{ base: 2, xs: 4 }} spacing="xs">
          {TIMEOUTS.map((name) => (
            <NumberInput key={name} label={t(name)} min={1} allowDecimal={false} thousandSeparator hideControls {...form.getInputProps(name)} error={form.errors[`timeouts.${name}`]} />
          ))}
        </SimpleGrid>
      </Fieldset>
      <Textarea label={t('options')} description={t('optionsHelp')} autosize minRows={2} classNames={{ input: 'mono' }} {...form.getInputProps('options')} />
    </ThingEditor>
  );
}
