import { ActionIcon, Button, Fieldset, Group, MultiSelect, NumberInput, Select, SimpleGrid, Stack, Switch, TagsInput, TextInput } from '@mantine/core';
import { useForm, type UseFormReturnType } from '@mantine/form';
import { IconPlus, IconTrash } from '@tabler/icons-react';

import { useEvery } from '@/api/lists';
import { SURFACES } from '@/api/words';
import { useText } from '@/i18n/messages';
import { useWords } from '@/i18n/useWords';
import { ThingEditor } from '@/parts/ThingEditor';

import { draftOf, fieldsOf, STRATEGIES, type Model, type ModelFields } from './fields';
import { text } from './text';

export function ModelForm({ of, close }: { of: Model | undefined; close: () => void }) {
  const t = useText(text);
  const w = useWords();
  const form = useForm<ModelFields>({ initialValues: fieldsOf(of) });
  const upstreams = useEvery('upstreams');
  const values = form.getValues();
  return (
    <ThingEditor
      noun="models"
      of={of}
      title={of ? t('edit', { name: of.name }) : t('create')}
      size="xl"
      form={form}
      labels={{ name: t('name'), targets: t('targets'), contextTokens: t('contextTokens'), maxOutputTokens: t('maxOutput'), strategy: t('rules'), arms: t('arms') }}
      fields={fieldsOf}
      draft={(fields) => draftOf(fields, of)}
      close={close}
    >
      <TextInput label={t('name')} description={t('nameHelp')} required {...form.getInputProps('name')} />
      <Fieldset legend={t('targets')}>
        <Stack gap="sm">
          {values.targets.map((_, place) => (
            <SimpleGrid key={place} cols={{ base: 1, xs: 2, sm: 3 }} spacing="xs" style={{ borderBottom: '1px solid var(--hairline)', paddingBottom: 12 }}>
              <Select label={t('upstream')} required searchable data={(upstreams.data ?? []).map((one) => ({ value: one.id, label: one.name }))} {...form.getInputProps(`targets.${place}.upstreamId`)} />
              <TextInput label={t('upstreamModel')} required {...form.getInputProps(`targets.${place}.upstreamModel`)} />
              <TextInput label={t('targetName')} {...form.getInputProps(`targets.${place}.name`)} />
              <NumberInput label={t('weight')} min={0} allowDecimal={false} {...form.getInputProps(`targets.${place}.weight`)} />
              <NumberInput label={t('tierLabel')} min={0} allowDecimal={false} {...form.getInputProps(`targets.${place}.tier`)} />
              <Group align="flex-end">
                <ActionIcon variant="default" size="lg" aria-label={t('removeTarget', { place: place + 1 })} disabled={values.targets.length === 1} onClick={() => form.removeListItem('targets', place)}>
                  <IconTrash size={16} />
                </ActionIcon>
              </Group>
            </SimpleGrid>
          ))}
          <Group>
            <Button variant="default" size="compact-sm" leftSection={<IconPlus size={14} aria-hidden />} onClick={() => form.insertListItem('targets', { upstreamId: '', upstreamModel: '', weight: 1, tier: 0, name: '' })}>
              {t('addTarget')}
            </Button>
          </Group>
        </Stack>
      </Fieldset>
      <Rules form={form} />
      <SplitInputs form={form} />
      <SimpleGrid cols={{ base: 1, xs: 2 }} spacing="sm">
        <NumberInput label={t('contextTokens')} min={1} allowDecimal={false} thousandSeparator {...form.getInputProps('contextTokens')} />
        <NumberInput label={t('maxOutput')} min={1} allowDecimal={false} thousandSeparator {...form.getInputProps('maxOutputTokens')} />
        <Select label={t('tokenizer')} allowDeselect={false} data={['unknown', 'engine', 'o200k_base', 'cl100k_base'].map((value) => ({ value, label: w('tokenizer', value) }))} {...form.getInputProps('tokenizer')} />
        <MultiSelect label={t('surfaces')} placeholder={values.surfaces.length ? undefined : t('every')} clearable data={[...SURFACES]} {...form.getInputProps('surfaces')} />
      </SimpleGrid>
      <Fieldset legend={t('cache')}>
        <Stack gap="sm">
          <Switch label={t('keepAnswers')} {...form.getInputProps('cache', { type: 'checkbox' })} />
          {values.cache && <CacheInputs form={form} />}
        </Stack>
      </Fieldset>
    </ThingEditor>
  );
}

function CacheInputs({ form }: { form: UseFormReturnType<ModelFields> }) {
  const t = useText(text);
  const w = useWords();
  return (
    <SimpleGrid cols={2} spacing="sm">
      <NumberInput label={t('ttl')} min={1} allowDecimal={false} thousandSeparator {...form.getInputProps('ttlSeconds')} error={form.errors['cache.ttlSeconds']} />
      <Select label={t('sharing')} allowDeselect={false} data={(['key', 'project', 'department'] as const).map((value) => ({ value, label: w('sharing', value) }))} {...form.getInputProps('sharing')} />
    </SimpleGrid>
  );
}

function Rules({ form }: { form: UseFormReturnType<ModelFields> }) {
  const t = useText(text);
  const w = useWords();
  const strategies = STRATEGIES.map((value) => ({ value, label: w('strategy', value) }));
  return (
    <Fieldset legend={t('rules')}>
      <Stack gap="sm">
        <SimpleGrid cols={{ base: 1, xs: 2 }} spacing="sm">
          <Select label={t('strategy')} allowDeselect={false} data={strategies} {...form.getInputProps('strategy')} error={form.errors['route.strategy']} />
          <Select label={t('dryRun')} clearable data={strategies} {...form.getInputProps('dryRun')} />
        </SimpleGrid>
        <Select
          label={t('stickiness')}
          clearable
          data={[
            { value: 'none', label: t('stickyNone') },
            { value: 'session', label: t('stickySession') },
            { value: 'prefix', label: t('stickyPrefix') },
          ]}
          {...form.getInputProps('stickiness')}
        />
        <Switch label={t('localOnly')} {...form.getInputProps('localOnly', { type: 'checkbox' })} />
        {!form.getValues().localOnly && <TagsInput label={t('regions')} description={t('regionsHelp')} {...form.getInputProps('regions')} error={form.errors['route.residency.regions']} />}
      </Stack>
    </Fieldset>
  );
}

function SplitInputs({ form }: { form: UseFormReturnType<ModelFields> }) {
  const t = useText(text);
  const values = form.getValues();
  const names = values.targets.map((target) => target.name.trim()).filter(Boolean);
  return (
    <Fieldset legend={t('split')}>
      <Stack gap="sm">
        <Switch label={t('useSplit')} {...form.getInputProps('split', { type: 'checkbox' })} />
        {values.split && (
          <>
            <SimpleGrid cols={2} spacing="sm">
              <TextInput label={t('splitName')} description={t('splitHelp')} {...form.getInputProps('splitName')} error={form.errors['route.split.name']} />
              <Select label={t('subject')} allowDeselect={false} data={(['session', 'key', 'user'] as const).map((value) => ({ value, label: t(`subject.${value}`) }))} {...form.getInputProps('subject')} />
            </SimpleGrid>
            {values.arms.map((_, place) => (
              <Group key={place} gap="xs" align="flex-end" wrap="nowrap">
                <TextInput label={t('arm')} w={120} {...form.getInputProps(`arms.${place}.name`)} />
                <NumberInput label={t('armShare')} w={90} min={0} allowDecimal={false} {...form.getInputProps(`arms.${place}.share`)} />
                <MultiSelect label={t('targets')} flex={1} data={names} {...form.getInputProps(`arms.${place}.targets`)} />
                <ActionIcon variant="default" size="lg" aria-label={t('removeArm', { place: place + 1 })} disabled={values.arms.length <= 2} onClick={() => form.removeListItem('arms', place)}>
                  <IconTrash size={16} />
                </ActionIcon>
              </Group>
            ))}
            <Group>
              <Button variant="default" size="compact-sm" leftSection={<IconPlus size={14} aria-hidden />} onClick={() => form.insertListItem('arms', { name: '', share: 5, targets: [] })}>
                {t('addArm')}
              </Button>
            </Group>
          </>
        )}
      </Stack>
    </Fieldset>
  );
}
