import { MultiSelect, Select, SimpleGrid, Stack, Text, Textarea, TextInput } from '@mantine/core';
import { useForm } from '@mantine/form';
import { useState } from 'react';

import { useText } from '@/i18n/messages';
import { CopyOnce } from '@/parts/Copy';
import { count, millis } from '@/text/figures';
import { snippets } from '@/screens/keys/snippets';
import { text as keys } from '@/screens/keys/text';

import { beginWith, type FoundStep } from '../api';
import { StepForm } from '../StepForm';
import { text } from '../text';

import type { StepProps } from './stepProps';

interface Found {
  projects: { department: string; project: string }[];
  models: string[];
}

interface Answer {
  department: string;
  project: string;
  name: string;
  models: string[];
  prompt?: string | null;
}

interface Said {
  model: string;
  text?: string;
  millis: number;
  inputTokens?: number;
  outputTokens?: number;
}

type Fields = { where: string | null; name: string; models: string[]; prompt: string };

// Neither name can hold a slash.
const whereOf = (one: { department: string; project: string }) => `${one.department}/${one.project}`;

const fieldsOf = (answer: Answer | null, found: Found): Fields => ({
  where: answer ? whereOf(answer) : found.projects[0] ? whereOf(found.projects[0]) : null, name: answer?.name ?? 'first', models: answer?.models ?? [], prompt: answer?.prompt ?? '',
});

const answerOf = (fields: Fields): Answer => {
  const [department = '', project = ''] = (fields.where ?? '').split('/');
  return { department, project, name: fields.name.trim(), models: fields.models, prompt: fields.prompt.trim() || null };
};

/** The first key, proven by a chat through the gateway; its secret is shown this once. */
export function FirstKey({ step, look, next }: StepProps) {
  const t = useText(text);
  const k = useText(keys);
  const { found, result } = step as FoundStep<Answer, Found, { answer?: Said }>;
  const form = useForm<Fields>({ initialValues: fieldsOf(beginWith(step as FoundStep<Answer>), found) });
  const [secret, setSecret] = useState<string | null>(null);
  const [said, setSaid] = useState<Said | null>(result?.answer ?? null);
  const model = said?.model ?? form.getValues().models[0] ?? found.models[0] ?? 'MODEL';
  return (
    <>
      <StepForm
        step={step}
        form={form}
        answer={answerOf}
        fields={(theirs) => fieldsOf(theirs as Answer | null, found)}
        accepted={(answered) => {
          setSaid((answered.result as { answer?: Said } | null)?.answer ?? said);
          setSecret(answered.secrets?.['key'] ?? null);
          return Boolean(answered.secrets?.['key']);
        }}
        verb={t('makeKey')}
        look={look}
        next={next}
        below={said && <Reply of={said} />}
      >
        <SimpleGrid cols={{ base: 1, xs: 2 }} spacing="sm">
          <Select
            label={t('project')}
            description={found.projects.length === 0 ? t('noProjects') : undefined}
            required
            searchable
            data={found.projects.map((one) => ({ value: whereOf(one), label: `${one.department} / ${one.project}` }))}
            {...form.getInputProps('where')}
            error={form.errors['project'] ?? form.errors['department']}
          />
          <TextInput label={t('name')} required {...form.getInputProps('name')} />
        </SimpleGrid>
        <MultiSelect
          label={t('keyModels')}
          description={found.models.length === 0 ? t('noModels') : t('keyModelsHelp')}
          placeholder={form.getValues().models.length ? undefined : k('allModels')}
          searchable
          clearable
          data={[...new Set([...found.models, ...form.getValues().models])]}
          {...form.getInputProps('models')}
        />
        <Textarea label={t('prompt')} placeholder={t('promptUsual')} autosize minRows={2} maxLength={1000} {...form.getInputProps('prompt')} />
      </StepForm>
      {secret && (
        <CopyOnce
          title={t('keyMade')}
          secret={secret}
          label={k('secret')}
          variable="GATEHOUSE_KEY"
          snippets={snippets(secret, model)}
          close={() => {
            setSecret(null);
            next();
          }}
        >
          {said && <Reply of={said} />}
        </CopyOnce>
      )}
    </>
  );
}

function Reply({ of }: { of: Said }) {
  const t = useText(text);
  return (
    <section className="panel" aria-label={t('reply')} style={{ padding: 'var(--mantine-spacing-md)' }}>
      <Stack gap={4}>
        <Text size="sm" fw={600}>
          {t('replyOf', { model: of.model })}
        </Text>
        {of.text && (
          <Text size="sm" style={{ whiteSpace: 'pre-wrap', overflowWrap: 'anywhere' }}>
            {of.text}
          </Text>
        )}
        <Text size="xs" c="dimmed">
          {millis(of.millis)}
          {of.inputTokens !== undefined && of.outputTokens !== undefined && ` · ${t('replyTokens', { input: count(of.inputTokens), output: count(of.outputTokens) })}`}
        </Text>
      </Stack>
    </section>
  );
}
