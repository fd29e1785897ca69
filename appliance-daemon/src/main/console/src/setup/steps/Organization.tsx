import { ActionIcon, Button, Group, NumberInput, Radio, Stack, TagsInput, TextInput } from '@mantine/core';
import { useForm } from '@mantine/form';
import { IconPlus, IconTrash } from '@tabler/icons-react';

import { useText } from '@/i18n/messages';

import { beginWith, type FoundStep } from '../api';
import { Hint, StepForm } from '../StepForm';
import { text } from '../text';

import type { StepProps } from './stepProps';

type Preset = 'open' | 'balanced' | 'strict';

interface Found {
  currency: string;
  departments: string[];
}

interface Answer {
  departments: { name: string; monthlyBudget?: string | null; projects: string[] }[];
  currency: string | null;
  preset: Preset;
}

type Fields = { departments: { name: string; monthlyBudget: string; projects: string[] }[]; currency: string; preset: Preset };

const fieldsOf = (answer: Answer | null, found: Found): Fields => ({
  departments: answer?.departments.map((one) => ({ name: one.name, monthlyBudget: one.monthlyBudget ?? '', projects: one.projects ?? [] })) ?? [
    { name: '', monthlyBudget: '', projects: [] },
  ],
  currency: answer?.currency ?? found.currency, preset: answer?.preset ?? 'balanced',
});

const answerOf = (fields: Fields): Answer => ({
  departments: fields.departments.map((one) => ({ name: one.name.trim(), monthlyBudget: one.monthlyBudget || null, projects: one.projects ?? [] })),
  currency: fields.currency.trim().toUpperCase() || null, preset: fields.preset,
});

export function Organization({ step, look, next }: StepProps) {
  const t = useText(text);
  const { found } = step as FoundStep<Answer, Found>;
  const form = useForm<Fields>({ initialValues: fieldsOf(beginWith(step as FoundStep<Answer>), found) });
  const values = form.getValues();
  return (
    <StepForm step={step} form={form} answer={answerOf} fields={(theirs) => fieldsOf(theirs as Answer | null, found)} look={look} next={next}>
      <Stack gap="sm">
        {values.departments.map((_, place) => (
          <Group key={place} gap="xs" align="flex-end">
            <TextInput label={t('department')} required w={190} {...form.getInputProps(`departments.${place}.name`)} />
            <TagsInput label={t('projects')} description={place === 0 ? t('projectsHelp') : undefined} flex={1} miw={200} {...form.getInputProps(`departments.${place}.projects`)} />
            <NumberInput
              label={t('monthlyBudget', { currency: values.currency })}
              w={170}
              min={0}
              thousandSeparator
              placeholder={t('unbounded')}
              value={values.departments[place]?.monthlyBudget ?? ''}
              onChange={(value) => form.setFieldValue(`departments.${place}.monthlyBudget`, String(value) as never)}
              error={form.errors[`departments.${place}.monthlyBudget`]}
            />
            <ActionIcon variant="default" size="lg" aria-label={t('removeDepartment', { place: place + 1 })} disabled={values.departments.length === 1} onClick={() => form.removeListItem('departments', place)}>
              <IconTrash size={16} />
            </ActionIcon>
          </Group>
        ))}
        <Group>
          <Button variant="default" size="compact-sm" leftSection={<IconPlus size={14} aria-hidden />} onClick={() => form.insertListItem('departments', { name: '', monthlyBudget: '', projects: [] })}>
            {t('addDepartment')}
          </Button>
        </Group>
      </Stack>
      {found.departments.length > 0 && <Hint>{t('departmentsThere', { names: found.departments.join(', ') })}</Hint>}
      <TextInput label={t('currency')} description={t('currencyHelp')} maxLength={3} maw={360} {...form.getInputProps('currency')} />
      <Radio.Group label={t('preset')} description={t('presetHelp')} {...form.getInputProps('preset')}>
        <Stack gap="xs" mt="xs">
          {(['open', 'balanced', 'strict'] as const).map((value) => (
            <Radio key={value} value={value} label={t(`preset.${value}`)} description={t(`presetAbout.${value}`)} />
          ))}
        </Stack>
      </Radio.Group>
    </StepForm>
  );
}
