import { Autocomplete, Fieldset, NumberInput, PasswordInput, Select, SegmentedControl, SimpleGrid, Stack, Switch, TagsInput, TextInput, useMatches } from '@mantine/core';
import { useForm } from '@mantine/form';

import { useText } from '@/i18n/messages';

import { beginWith, type FoundStep } from '../api';
import { Hint, StepForm } from '../StepForm';
import { text } from '../text';

import type { StepProps } from './stepProps';

interface Found {
  interfaces: { name: string; mac: string; up: boolean; addresses: string[] }[];
  timeZone: string;
  hostname: string;
  recorded: boolean;
}

interface Answer {
  name: string;
  timeZone: string;
  ntpServers: string[];
  network: { mode: 'unchanged' | 'dhcp' | 'static'; device?: string | null; address?: string | null; gateway?: string | null; vlan?: number | null; dns?: string[]; searchDomains?: string[] };
  proxy: { url: string; user?: string | null; password?: string; exceptions: string[] } | null;
}

type Fields = {
  name: string;
  timeZone: string;
  ntpServers: string[];
  mode: Answer['network']['mode'];
  device: string | null;
  address: string;
  gateway: string;
  vlan: number | '';
  dns: string[];
  searchDomains: string[];
  proxied: boolean;
  proxy: string;
  proxyUser: string;
  proxyPassword: string;
  exceptions: string[];
};

function fieldsOf(answer: Answer | null, found: Found): Fields {
  const network = answer?.network;
  return {
    name: answer?.name ?? found.hostname, timeZone: answer?.timeZone ?? found.timeZone, ntpServers: answer?.ntpServers ?? [], mode: network?.mode ?? 'unchanged',
    device: network?.device ?? found.interfaces.find((one) => one.up)?.name ?? null, address: network?.address ?? '', gateway: network?.gateway ?? '', vlan: network?.vlan ?? '',
    dns: network?.dns ?? [], searchDomains: network?.searchDomains ?? [], proxied: Boolean(answer?.proxy), proxy: answer?.proxy?.url ?? '', proxyUser: answer?.proxy?.user ?? '', proxyPassword: '', exceptions: answer?.proxy?.exceptions ?? [],
  };
}

function answerOf(fields: Fields): Answer {
  const { mode } = fields;
  return {
    name: fields.name.trim(), timeZone: fields.timeZone.trim(), ntpServers: fields.ntpServers,
    network:
      mode === 'unchanged'
        ? { mode }
        : {
            mode, device: fields.device, address: mode === 'static' ? fields.address.trim() || null : null, gateway: mode === 'static' ? fields.gateway.trim() || null : null,
            vlan: fields.vlan === '' ? null : fields.vlan, dns: fields.dns, searchDomains: fields.searchDomains,
          },
    // A password that is not typed stays as it is.
    proxy: fields.proxied
      ? { url: fields.proxy.trim(), user: fields.proxyUser.trim() || null, exceptions: fields.exceptions, ...(fields.proxyPassword ? { password: fields.proxyPassword } : {}) }
      : null,
  };
}

export function Machine({ step, look, next }: StepProps) {
  const t = useText(text);
  const { found } = step as FoundStep<Answer, Found>;
  const lying = useMatches<'vertical' | 'horizontal'>({ base: 'vertical', xs: 'horizontal' });
  const form = useForm<Fields>({ initialValues: fieldsOf(beginWith(step as FoundStep<Answer>), found) });
  const values = form.getValues();
  const waiting = step.status === 'open' ? (step.result as { message?: string } | null)?.message : undefined;
  const zones = Intl.supportedValuesOf('timeZone');
  return (
    <StepForm step={step} form={form} answer={answerOf} fields={(theirs) => fieldsOf(theirs as Answer | null, found)} look={look} next={next}>
      {found.recorded && <Hint>{t('recorded')}</Hint>}
      {waiting && <Hint>{waiting}</Hint>}
      <SimpleGrid cols={{ base: 1, xs: 2 }} spacing="sm" style={{ alignItems: 'end' }}>
        <TextInput label={t('machineName')} description={t('machineNameHelp')} required {...form.getInputProps('name')} />
        <Autocomplete label={t('timeZone')} required limit={20} data={['Etc/UTC', ...zones]} {...form.getInputProps('timeZone')} />
      </SimpleGrid>
      <TagsInput label={t('ntp')} description={t('ntpHelp')} placeholder={values.ntpServers.length ? undefined : 'ntp.example.com'} {...form.getInputProps('ntpServers')} />
      <Fieldset legend={t('network')}>
        <Stack gap="sm">
          <SegmentedControl
            fullWidth
            orientation={lying}
            aria-label={t('network')}
            data={(['unchanged', 'dhcp', 'static'] as const).map((value) => ({ value, label: t(`network.${value}`) }))}
            {...form.getInputProps('mode')}
          />
          {values.mode !== 'unchanged' && (
            <SimpleGrid cols={{ base: 1, xs: 2 }} spacing="sm">
              <Select
                label={t('device')}
                required
                data={found.interfaces.map((one) => ({ value: one.name, label: `${one.name}${one.up ? '' : ` (${t('down')})`} ${one.addresses.join(', ')}` }))}
                {...form.getInputProps('device')}
                error={form.errors['network.device']}
              />
              <NumberInput label={t('vlan')} min={1} max={4094} allowDecimal={false} {...form.getInputProps('vlan')} error={form.errors['network.vlan']} />
              {values.mode === 'static' && (
                <>
                  <TextInput label={t('address')} required placeholder="192.0.2.7/24" classNames={{ input: 'mono' }} {...form.getInputProps('address')} error={form.errors['network.address']} />
                  <TextInput label={t('gateway')} placeholder="192.0.2.1" classNames={{ input: 'mono' }} {...form.getInputProps('gateway')} error={form.errors['network.gateway']} />
                </>
              )}
              <TagsInput label={t('dns')} {...form.getInputProps('dns')} error={form.errors['network.dns']} />
              <TagsInput label={t('searchDomains')} {...form.getInputProps('searchDomains')} error={form.errors['network.searchDomains']} />
            </SimpleGrid>
          )}
          {values.mode === 'static' && values.address !== '' && <Hint>{t('newAddress', { url: `${window.location.protocol}//${values.address.split('/')[0]}/setup/` })}</Hint>}
        </Stack>
      </Fieldset>
      <Fieldset legend={t('proxy')}>
        <Stack gap="sm">
          <Switch label={t('proxied')} {...form.getInputProps('proxied', { type: 'checkbox' })} />
          {values.proxied && (
            <>
              <TextInput label={t('proxyUrl')} required placeholder="http://proxy.example.com:3128" classNames={{ input: 'mono' }} {...form.getInputProps('proxy')} error={form.errors['proxy.url']} />
              <SimpleGrid cols={{ base: 1, xs: 2 }} spacing="sm">
                <TextInput label={t('proxyUser')} autoComplete="off" {...form.getInputProps('proxyUser')} error={form.errors['proxy.user']} />
                <PasswordInput label={t('proxyPassword')} autoComplete="off" {...form.getInputProps('proxyPassword')} error={form.errors['proxy.password']} />
              </SimpleGrid>
              <TagsInput label={t('exceptions')} {...form.getInputProps('exceptions')} error={form.errors['proxy.exceptions']} />
            </>
          )}
        </Stack>
      </Fieldset>
    </StepForm>
  );
}
