import { Fieldset, Select, SimpleGrid, Text, TextInput } from '@mantine/core';
import { useForm } from '@mantine/form';

import { $api, type Schemas } from '@/api/client';
import { useEvery } from '@/api/lists';
import { useMay } from '@/api/session';
import { useText } from '@/i18n/messages';
import type { Column } from '@/parts/DataTable';
import { ThingEditor } from '@/parts/ThingEditor';
import { ThingPage } from '@/parts/Things';
import { approximately, money } from '@/text/money';
import { date } from '@/text/times';

import { text } from './text';

type Price = Schemas['PriceEntry'];
const TOKENS = ['inputPerMillion', 'outputPerMillion', 'cachedInputPerMillion', 'cacheWritePerMillion', 'longCacheWritePerMillion'] as const;
/** Of the API's `media`: tokens that stand for sound and pictures. */
const MEDIA_TOKENS = ['audioInputPerMillion', 'audioOutputPerMillion', 'imageInputPerMillion', 'imageOutputPerMillion'] as const;
const MEDIA = ['perSecond', 'perImage', 'perMillionCharacters', 'perCall'] as const;
const LOCAL = ['perKilowattHour', 'perGpuHour'] as const;
const FLAT = [...TOKENS, ...MEDIA, ...LOCAL] as const;
const AMOUNTS = [...TOKENS, ...MEDIA_TOKENS, ...MEDIA, ...LOCAL] as const;
type Amount = (typeof AMOUNTS)[number];

function amountOf(one: Price | undefined, amount: Amount): string | null {
  if (!one) return null;
  return isMediaToken(amount) ? (one.media?.[amount] ?? null) : one[amount];
}

function isMediaToken(amount: Amount): amount is (typeof MEDIA_TOKENS)[number] {
  return (MEDIA_TOKENS as readonly string[]).includes(amount);
}

const BEGINNING = '1970-01-01T00:00:00Z';

export default function Prices() {
  const t = useText(text);
  const mayChange = useMay('change');
  const prices = useEvery('prices');
  const show = (one: Price, amount: Amount) => {
    const figure = amountOf(one, amount);
    return figure === null ? '–' : money(figure, one.currency);
  };
  const besides = (one: Price) => AMOUNTS.slice(2).filter((amount) => amountOf(one, amount) !== null).map((amount) => `${t(amount)} ${show(one, amount)}`).join(', ');
  const columns: Column<Price>[] = [
    { key: 'model', title: t('model'), cell: (one) => one.model, plain: (one) => one.model },
    { key: 'upstream', title: t('upstream'), cell: (one) => one.upstream ?? t('anyUpstream'), plain: (one) => one.upstream ?? t('anyUpstream'), from: 'sm' },
    { key: 'from', title: t('validFrom'), cell: (one) => (one.validFrom === BEGINNING ? t('always') : date(one.validFrom)), plain: (one) => one.validFrom, from: 'sm' },
    { key: 'input', title: t('input'), right: true, cell: (one) => show(one, 'inputPerMillion'), plain: (one) => one.inputPerMillion, sort: (one) => approximately(one.inputPerMillion ?? '0') },
    { key: 'output', title: t('output'), right: true, cell: (one) => show(one, 'outputPerMillion'), plain: (one) => one.outputPerMillion, sort: (one) => approximately(one.outputPerMillion ?? '0') },
    { key: 'other', title: t('other'), cell: (one) => besides(one) || '–', plain: besides, from: 'md' },
    { key: 'warning', title: t('warning'), cell: (one) => one.warning && <Text span size="sm" c="var(--warn)">{one.warning}</Text>, plain: (one) => one.warning, from: 'md' },
  ];
  return (
    <ThingPage
      noun="prices"
      title={t('title')}
      about={t('about')}
      verb={t('create')}
      of={prices}
      columns={(all) => (all.some((one) => one.warning) ? columns : columns.slice(0, -1))}
      name={(one) => one.model}
      may={mayChange}
      form={(one, close) => <PriceForm of={one} close={close} />}
      removeWhat={(one) => t('removeWhat', { name: one.model })}
      empty={t('empty')}
      emptyWhat={t('emptyWhat')}
    />
  );
}

type Fields = { modelId: string; upstreamId: string | null; validFrom: string } & Record<Amount, string>;

function fieldsOf(of: Price | undefined): Fields {
  const amounts = Object.fromEntries(AMOUNTS.map((amount) => [amount, amountOf(of, amount) ?? ''])) as Record<Amount, string>;
  const from = of && of.validFrom !== BEGINNING ? new Date(of.validFrom) : null;
  return {
    modelId: of?.modelId ?? '', upstreamId: of?.upstreamId ?? null,
    validFrom: from ? new Date(from.getTime() - from.getTimezoneOffset() * 60_000).toISOString().slice(0, 16) : '', ...amounts,
  };
}

function draftOf(fields: Fields) {
  const given = (names: readonly Amount[]) => Object.fromEntries(names.map((amount) => [amount, fields[amount].trim() || null])) as Record<Amount, string | null>;
  const media = given(MEDIA_TOKENS) as Record<(typeof MEDIA_TOKENS)[number], string | null>;
  return { modelId: fields.modelId, upstreamId: fields.upstreamId, validFrom: fields.validFrom ? new Date(fields.validFrom).toISOString() : BEGINNING, ...(given(FLAT) as Record<(typeof FLAT)[number], string | null>),
    media: Object.values(media).some(Boolean) ? media : null,
  };
}

function PriceForm({ of, close }: { of: Price | undefined; close: () => void }) {
  const t = useText(text);
  const models = useEvery('models');
  const upstreams = useEvery('upstreams');
  const settings = $api.useQuery('get', '/api/v1/settings');
  const form = useForm<Fields>({ initialValues: fieldsOf(of) });
  const instead: Partial<Record<Amount, string>> = {
    cachedInputPerMillion: t('asInput'), cacheWritePerMillion: t('asInput'), longCacheWritePerMillion: t('asCacheWrite'),
    audioInputPerMillion: t('asInput'), audioOutputPerMillion: t('asOutput'), imageInputPerMillion: t('asInput'), imageOutputPerMillion: t('asOutput'),
  };
  const amounts = (names: readonly Amount[]) => (
    <SimpleGrid cols={{ base: 1, xs: 2 }} spacing="sm" style={{ alignItems: 'end' }}>
      {names.map((name) => (
        <TextInput key={name} inputMode="decimal" label={t(name)} rightSection={<Text size="xs">{settings.data?.currency}</Text>} placeholder={instead[name]} {...form.getInputProps(name)} error={form.errors[name] ?? form.errors[`media.${name}`]} />
      ))}
    </SimpleGrid>
  );
  return (
    <ThingEditor
      noun="prices"
      of={of}
      title={of ? t('edit', { name: of.model }) : t('create')}
      form={form}
      labels={{ modelId: t('model'), upstreamId: t('upstream'), validFrom: t('validFrom'), ...Object.fromEntries(AMOUNTS.flatMap((amount) => [[amount, t(amount)], [`media.${amount}`, t(amount)]])) }}
      fields={fieldsOf}
      draft={draftOf}
      close={close}
    >
      <Select label={t('model')} required searchable data={(models.data ?? []).map((one) => ({ value: one.id, label: one.name }))} {...form.getInputProps('modelId')} />
      <Select label={t('upstream')} clearable placeholder={t('anyUpstream')} data={(upstreams.data ?? []).map((one) => ({ value: one.id, label: one.name }))} {...form.getInputProps('upstreamId')} />
      <TextInput type="datetime-local" label={t('validFrom')} description={t('validHelp')} {...form.getInputProps('validFrom')} />
      <Fieldset legend={t('tokens')}>{amounts(TOKENS)}</Fieldset>
      <Fieldset legend={t('mediaTokens')}>{amounts(MEDIA_TOKENS)}</Fieldset>
      <Fieldset legend={t('media')}>{amounts(MEDIA)}</Fieldset>
      <Fieldset legend={t('local')}>{amounts(LOCAL)}</Fieldset>
    </ThingEditor>
  );
}
