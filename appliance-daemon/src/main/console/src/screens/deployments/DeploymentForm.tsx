import { Autocomplete, Button, Group, MultiSelect, NumberInput, Select, SimpleGrid, Switch, TagsInput, TextInput } from '@mantine/core';
import { useForm } from '@mantine/form';
import { useState } from 'react';

import { $api, api, given, type Schemas } from '@/api/client';
import { useText } from '@/i18n/messages';
import { Failure } from '@/parts/States';
import { ThingEditor } from '@/parts/ThingEditor';

import { Plan } from './Plan';
import { text } from './text';

type Deployment = Schemas['Deployment'];
type Sizing = Schemas['Sizing'];

type Fields = {
  name: string;
  publicName: string;
  model: string;
  engine: Deployment['engine'];
  replicas: number | '';
  onDemand: boolean;
  idleSeconds: number | '';
  sleep: Deployment['sleep'];
  priority: number | '';
  extraArguments: string[];
  gpus: string[];
  contextTokens: number | '';
  tensorParallel: number | '';
  pipelineParallel: number | '';
  maxSequences: number | '';
  quantisation: Sizing['quantisation'];
  kvCache: Sizing['kvCache'];
};

function fieldsOf(of: Deployment | undefined): Fields {
  return {
    name: of?.name ?? '', publicName: of?.publicName ?? '', model: of?.model ?? '', engine: of?.engine ?? 'vllm', replicas: of?.replicas ?? 1,
    onDemand: of?.onDemand ?? false, idleSeconds: of?.idleSeconds ?? '', sleep: of?.sleep ?? 'never', priority: of?.priority ?? '',
    extraArguments: of?.extraArguments ?? [], gpus: of?.sizing.gpus ?? [], contextTokens: of?.sizing.contextTokens ?? 0,
    tensorParallel: of?.sizing.tensorParallel ?? 1, pipelineParallel: of?.sizing.pipelineParallel ?? 1, maxSequences: of?.sizing.maxSequences ?? '',
    quantisation: of?.sizing.quantisation ?? 'as_stored', kvCache: of?.sizing.kvCache ?? 'auto',
  };
}

const set = <N extends string>(name: N, value: number | '') => (value === '' ? {} : ({ [name]: value } as Record<N, number>));

function draftOf(fields: Fields) {
  return {
    name: fields.name.trim(), publicName: fields.publicName.trim(), model: fields.model.trim(), engine: fields.engine, onDemand: fields.onDemand, sleep: fields.sleep,
    extraArguments: fields.extraArguments, ...set('replicas', fields.replicas), ...set('idleSeconds', fields.idleSeconds), ...set('priority', fields.priority),
    sizing: {
      gpus: fields.gpus, quantisation: fields.quantisation, kvCache: fields.kvCache, ...set('contextTokens', fields.contextTokens),
      ...set('tensorParallel', fields.tensorParallel), ...set('pipelineParallel', fields.pipelineParallel), ...set('maxSequences', fields.maxSequences),
    },
  };
}

export function DeploymentForm({ of, close }: { of: Deployment | undefined; close: () => void }) {
  const t = useText(text);
  const form = useForm<Fields>({ initialValues: fieldsOf(of) });
  const values = form.getValues();
  const store = $api.useQuery('get', '/api/v1/model-store/models', {}, { retry: false });
  const fleet = $api.useQuery('get', '/api/v1/deployments/status');
  const [plan, setPlan] = useState<Schemas['DeploymentPlan'] | null>(null);
  const [error, setError] = useState<unknown>(null);
  const see = async () => {
    setPlan(null);
    setError(null);
    try {
      setPlan(given(await api.POST('/api/v1/deployments/plan', { body: draftOf(form.getValues()) })));
    } catch (e) {
      setError(e);
    }
  };
  const number = { min: 0, allowDecimal: false };
  return (
    <ThingEditor
      noun="deployments"
      of={of}
      title={of ? t('edit', { name: of.name }) : t('create')}
      form={form}
      labels={{ name: t('name'), publicName: t('publicName'), model: t('model'), replicas: t('replicas'), 'sizing.contextTokens': t('context') }}
      fields={fieldsOf}
      draft={draftOf}
      patch={(fields) => {
        // Its names stay as they are.
        const { name: _, publicName: __, ...rest } = draftOf(fields);
        return rest;
      }}
      close={close}
    >
      {!of && (
        <SimpleGrid cols={{ base: 1, xs: 2 }} spacing="sm" style={{ alignItems: 'end' }}>
          <TextInput label={t('name')} description={t('nameHelp')} required {...form.getInputProps('name')} />
          <TextInput label={t('publicName')} required {...form.getInputProps('publicName')} />
        </SimpleGrid>
      )}
      <Autocomplete label={t('model')} description={t('modelHelp')} required data={(store.data?.models ?? []).map((model) => model.name)} {...form.getInputProps('model')} />
      <SimpleGrid cols={{ base: 1, xs: 2 }} spacing="sm" style={{ alignItems: 'end' }}>
        <Select label={t('engine')} allowDeselect={false} data={['vllm', 'sglang', 'llama_cpp', 'tensorrt_llm', 'transformers']} {...form.getInputProps('engine')} />
        <NumberInput label={t('replicas')} description={t('switchOff')} {...number} {...form.getInputProps('replicas')} />
      </SimpleGrid>
      <NumberInput label={t('context')} description={t('contextHelp')} min={-1} allowDecimal={false} thousandSeparator {...form.getInputProps('contextTokens')} error={form.errors['sizing.contextTokens']} />
      <MultiSelect label={t('onGpus')} placeholder={values.gpus.length ? undefined : t('anyGpu')} data={[...new Set([...(fleet.data?.gpus.map((gpu) => gpu.id) ?? []), ...values.gpus])]} {...form.getInputProps('gpus')} />
      <SimpleGrid cols={{ base: 1, xs: 2 }} spacing="sm">
        <NumberInput label={t('tensorParallel')} {...number} {...form.getInputProps('tensorParallel')} />
        <NumberInput label={t('pipelineParallel')} {...number} {...form.getInputProps('pipelineParallel')} />
        <NumberInput label={t('maxSequences')} {...number} {...form.getInputProps('maxSequences')} />
        <NumberInput label={t('priority')} allowDecimal={false} {...form.getInputProps('priority')} />
        <Select label={t('quantisation')} allowDeselect={false} data={['as_stored', 'fp8', 'four_bit']} {...form.getInputProps('quantisation')} />
        <Select label={t('kvCache')} allowDeselect={false} data={['auto', 'bfloat16', 'float16', 'fp8', 'fp8_e4m3', 'fp8_e5m2']} {...form.getInputProps('kvCache')} />
      </SimpleGrid>
      <Switch label={t('onDemand')} {...form.getInputProps('onDemand', { type: 'checkbox' })} />
      {values.onDemand && <NumberInput label={t('idleSeconds')} {...number} {...form.getInputProps('idleSeconds')} />}
      <Select label={t('sleep')} allowDeselect={false} data={(['never', 'keep_weights', 'may_drop_weights'] as const).map((value) => ({ value, label: t(`sleep.${value}`) }))} {...form.getInputProps('sleep')} />
      <TagsInput label={t('arguments')} {...form.getInputProps('extraArguments')} />
      <Group>
        <Button variant="default" onClick={() => void see()}>
          {t('plan')}
        </Button>
      </Group>
      {error !== null && <Failure error={error} />}
      {plan && <Plan of={plan} />}
    </ThingEditor>
  );
}
