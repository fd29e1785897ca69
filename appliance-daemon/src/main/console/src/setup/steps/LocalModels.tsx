import { ActionIcon, Autocomplete, Button, Fieldset, Group, List, NumberInput, Progress, Select, SimpleGrid, Stack, Table, Text, TextInput } from '@mantine/core';
import { useForm } from '@mantine/form';
import { IconPlus, IconTrash } from '@tabler/icons-react';

import { useText } from '@/i18n/messages';
import { useWords } from '@/i18n/useWords';
import { Status, type Tone } from '@/parts/values';
import { bytes } from '@/text/figures';

import { beginWith, type FoundStep } from '../api';
import { Hint, StepForm } from '../StepForm';
import { text } from '../text';

import type { StepProps } from './stepProps';

interface Found {
  gpus: { id: string; totalBytes: number; usedBytes: number; promisedBytes?: number }[];
  catalog: { model: string; name: string; verdict: 'fits' | 'does_not_fit' | 'invalid'; reasons: string[] }[];
  trouble?: string;
}

interface Answer {
  deployments: ({ name: string; publicName: string; model: string; engine?: string; sizing?: { contextTokens?: number } } & Record<string, unknown>)[];
}

type Deployment = { name: string; publicName: string; model: string; engine: string; contextTokens: number | ''; rest: Record<string, unknown>; sizing: Record<string, unknown> };
type Fields = { deployments: Deployment[] };

const TONES: Readonly<Record<string, Tone>> = { fits: 'ok', does_not_fit: 'warn', invalid: 'bad' };
const blank: Deployment = { name: '', publicName: '', model: '', engine: 'vllm', contextTokens: 0, rest: {}, sizing: {} };

const fieldsOf = (answer: Answer | null): Fields => ({
  // What the form does not show of a deployment stays as it was said.
  deployments: (answer?.deployments ?? []).map(({ name, publicName, model, engine, sizing, ...rest }) => ({
    name, publicName, model, engine: engine ?? 'vllm', contextTokens: sizing?.contextTokens ?? 0, rest, sizing: { ...sizing },
  })),
});

const answerOf = (fields: Fields): Answer => ({
  deployments: fields.deployments.map((one) => ({
    ...one.rest, name: one.name.trim(), publicName: one.publicName.trim() || one.name.trim(), model: one.model.trim(), engine: one.engine, sizing: { ...one.sizing, ...(one.contextTokens === '' ? {} : { contextTokens: one.contextTokens }) },
  })),
});

export function LocalModels({ step, look, next }: StepProps) {
  const t = useText(text);
  const w = useWords();
  const { found } = step as FoundStep<Answer, Found>;
  const form = useForm<Fields>({ initialValues: fieldsOf(beginWith(step as FoundStep<Answer>)) });
  const { deployments } = form.getValues();
  const add = (model: string, name: string) => form.insertListItem('deployments', { ...blank, model, name, publicName: name });
  return (
    <StepForm step={step} form={form} answer={answerOf} fields={(theirs) => fieldsOf(theirs as Answer | null)} ready={deployments.length > 0} look={look} next={next}>
      {found.gpus.length === 0 ? (
        <Hint>{t('noGpus')}</Hint>
      ) : (
        <SimpleGrid cols={{ base: 1, xs: 2, md: 3 }} spacing="sm">
          {found.gpus.map((gpu) => (
            <div key={gpu.id}>
              <Text size="sm" fw={600} truncate title={gpu.id}>
                {gpu.id}
              </Text>
              <Progress value={gpu.totalBytes ? (gpu.usedBytes / gpu.totalBytes) * 100 : 0} size="sm" my={4} aria-label={`${gpu.id}: ${bytes(gpu.usedBytes)} / ${bytes(gpu.totalBytes)}`} />
              <Text size="xs" c="dimmed">
                {t('memory', { used: bytes(gpu.usedBytes), all: bytes(gpu.totalBytes) })}
              </Text>
            </div>
          ))}
        </SimpleGrid>
      )}
      {found.trouble && <Hint>{found.trouble}</Hint>}
      {found.catalog.length > 0 && (
        <Table.ScrollContainer minWidth={0} type="native" tabIndex={0} role="region" aria-label={t('catalog')}>
          <Table className="table" aria-label={t('catalog')}>
            <Table.Thead>
              <Table.Tr>
                <Table.Th>{t('catalog')}</Table.Th>
                <Table.Th>{t('verdict')}</Table.Th>
                <Table.Th w={90} aria-hidden />
              </Table.Tr>
            </Table.Thead>
            <Table.Tbody>
              {found.catalog.map((one) => (
                <Table.Tr key={one.model}>
                  <Table.Td className="mono">{one.model}</Table.Td>
                  <Table.Td>
                    <Status tone={TONES[one.verdict] ?? 'idle'}>{w('verdict', one.verdict)}</Status>
                    {one.verdict !== 'fits' && one.reasons.length > 0 && (
                      <List size="xs" mt={2}>
                        {one.reasons.map((reason) => (
                          <List.Item key={reason}>{reason}</List.Item>
                        ))}
                      </List>
                    )}
                  </Table.Td>
                  <Table.Td>
                    <Button size="compact-xs" variant="default" disabled={deployments.some((each) => each.model === one.model)} onClick={() => add(one.model, one.name)} aria-label={t('serve', { name: one.name })}>
                      {t('serveShort')}
                    </Button>
                  </Table.Td>
                </Table.Tr>
              ))}
            </Table.Tbody>
          </Table>
        </Table.ScrollContainer>
      )}
      {found.catalog.length === 0 && !found.trouble && <Hint>{t('noCatalog')}</Hint>}
      {deployments.map((one, place) => (
        <Fieldset key={place} legend={one.name || t('localModel', { place: place + 1 })}>
          <SimpleGrid cols={{ base: 1, xs: 2 }} spacing="sm">
            <Autocomplete label={t('modelOrPath')} required data={found.catalog.map((each) => each.model)} {...form.getInputProps(`deployments.${place}.model`)} />
            <TextInput label={t('name')} required {...form.getInputProps(`deployments.${place}.name`)} />
            <TextInput label={t('publicName')} placeholder={one.name} {...form.getInputProps(`deployments.${place}.publicName`)} />
            <Select label={t('engine')} allowDeselect={false} data={['vllm', 'sglang', 'llama_cpp', 'tensorrt_llm', 'transformers']} {...form.getInputProps(`deployments.${place}.engine`)} />
            <NumberInput label={t('context')} description={t('contextHelp')} min={-1} allowDecimal={false} thousandSeparator {...form.getInputProps(`deployments.${place}.contextTokens`)} />
            <Group align="flex-end" justify="flex-end">
              <ActionIcon variant="default" size="lg" aria-label={t('removeLocal', { name: one.name || String(place + 1) })} onClick={() => form.removeListItem('deployments', place)}>
                <IconTrash size={16} />
              </ActionIcon>
            </Group>
          </SimpleGrid>
        </Fieldset>
      ))}
      <Group>
        <Button variant="default" size="compact-sm" leftSection={<IconPlus size={14} aria-hidden />} onClick={() => add('', '')}>
          {t('addLocal')}
        </Button>
      </Group>
      {deployments.length === 0 && (
        <Stack gap={0}>
          <Text size="sm" c="dimmed">
            {t('noneServed')}
          </Text>
        </Stack>
      )}
    </StepForm>
  );
}
