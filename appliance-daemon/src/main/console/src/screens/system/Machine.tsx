import { Alert, Autocomplete, Button, Group, NumberInput, Select, SegmentedControl, Stack, TagsInput, Text, TextInput } from '@mantine/core';
import { useForm } from '@mantine/form';
import { notifications } from '@mantine/notifications';
import { useEffect, useState } from 'react';

import { $api, api, given, type Schemas } from '@/api/client';
import { problemOf } from '@/api/problem';
import { useText } from '@/i18n/messages';
import { Confirm } from '@/parts/Confirm';
import { Editor } from '@/parts/Editor';
import { Panel } from '@/parts/Page';
import { Shown } from '@/parts/States';
import { Ago, Facts } from '@/parts/values';

import { text } from './text';

type View = Schemas['MachineView'];
type Power = 'restart' | 'off' | 'reset';

/** The machine under the box: its name, time and network with what waits to be kept, and its power. */
export function Machine({ may }: { may: boolean }) {
  const t = useText(text);
  const machine = $api.useQuery('get', '/api/v1/system/machine', {}, { refetchInterval: 5_000 });
  const [editing, setEditing] = useState(false);
  return (
    <Shown of={machine} rows={4}>
      {(now) => (
        <Panel
          title={t('machine')}
          actions={
            may &&
            now.appliance &&
            !now.trial && (
              <Button size="compact-sm" variant="default" onClick={() => setEditing(true)}>
                {t('machineEdit')}
              </Button>
            )
          }
        >
          <Stack gap="sm">
            {now.trial && <Trial key={now.trial.until} of={now.trial} may={may} refetch={() => void machine.refetch()} />}
            {!now.trial && now.undone && (
              <Alert color="yellow" variant="light" title={t('undone')}>
                {t(`undone.${now.undone.reason}` as 'undone.not_kept')} <Ago time={now.undone.at} />
              </Alert>
            )}
            <Facts
              of={[
                [t('machineName'), now.name],
                [t('timeZone'), now.timeZone],
                ...(now.clockSynchronised === null || now.clockSynchronised === undefined ? [] : ([[t('clock'), t(now.clockSynchronised ? 'clockSet' : 'clockUnset')]] as const)),
                [t('timeServers'), now.settings?.ntpServers.join(', ') || t('fromNetwork')],
                ...now.interfaces.map((card) => [card.name, <span className="mono">{card.up ? card.addresses.join(', ') : t('noLink')}</span>] as const),
              ]}
            />
            {!now.appliance && <Text size="sm">{t('machineForeign')}</Text>}
            {now.appliance && may && <PowerButtons name={now.name} />}
          </Stack>
          {editing && <MachineForm of={now} close={() => setEditing(false)} />}
        </Panel>
      )}
    </Shown>
  );
}

function Trial({ of, may, refetch }: { of: NonNullable<View['trial']>; may: boolean; refetch: () => void }) {
  const t = useText(text);
  const [left, setLeft] = useState(of.secondsLeft);
  const [busy, setBusy] = useState(false);
  useEffect(() => {
    const timer = setInterval(() => setLeft((seconds) => Math.max(0, seconds - 1)), 1_000);
    return () => clearInterval(timer);
  }, []);
  const decide = async (path: '/api/v1/system/machine/keep' | '/api/v1/system/machine/undo') => {
    setBusy(true);
    try {
      given(await api.POST(path));
    } catch (e) {
      notifications.show({ color: 'red', message: problemOf(e).detail, autoClose: false });
    } finally {
      setBusy(false);
      refetch();
    }
  };
  return (
    <Alert color="yellow" variant="light" role="alert" title={t('trial', { seconds: left })}>
      <Stack gap="sm" align="flex-start">
        <Text size="sm">{t('trialWhat')}</Text>
        {may && (
          <Group gap="xs">
            <Button size="compact-sm" loading={busy} onClick={() => void decide('/api/v1/system/machine/keep')}>
              {t('keep')}
            </Button>
            <Button size="compact-sm" variant="default" loading={busy} onClick={() => void decide('/api/v1/system/machine/undo')}>
              {t('undo')}
            </Button>
          </Group>
        )}
      </Stack>
    </Alert>
  );
}

type Mode = 'unchanged' | 'dhcp' | 'static';
type Fields = { name: string; timeZone: string; ntpServers: string[]; mode: Mode; device: string | null; address: string; gateway: string; vlan: number | ''; dns: string[]; searchDomains: string[]; within: number | '' };

const fieldsOf = (of: View): Fields => {
  const network = of.settings?.network;
  return {
    name: of.name, timeZone: of.timeZone, ntpServers: of.settings?.ntpServers ?? [], mode: 'unchanged', device: network?.device ?? of.interfaces.find((card) => card.up)?.name ?? null,
    address: network?.address ?? '', gateway: network?.gateway ?? '', vlan: network?.vlan ?? '', dns: network?.dns ?? [], searchDomains: network?.searchDomains ?? [], within: 60,
  };
};

const networkOf = (fields: Fields) =>
  fields.mode === 'unchanged'
    ? { mode: fields.mode }
    : {
        mode: fields.mode, device: fields.device, dns: fields.dns, searchDomains: fields.searchDomains, vlan: fields.vlan === '' ? null : fields.vlan,
        address: fields.mode === 'static' ? fields.address.trim() || null : null, gateway: fields.mode === 'static' ? fields.gateway.trim() || null : null,
      };

function MachineForm({ of, close }: { of: View; close: () => void }) {
  const t = useText(text);
  const form = useForm<Fields>({ initialValues: fieldsOf(of) });
  const values = form.getValues();
  const other = values.address.split('/')[0];
  return (
    <Editor
      title={t('machine')}
      form={form}
      verb={t('machineApply')}
      labels={{ name: t('machineName'), timeZone: t('timeZone'), ntpServers: t('timeServers'), 'network.device': t('card'), 'network.address': t('cardAddress'), 'network.gateway': t('gateway'), 'network.dns': t('nameServers') }}
      save={async (fields) =>
        given(
          await api.PUT('/api/v1/system/machine', {
            body: { name: fields.name.trim(), timeZone: fields.timeZone.trim(), ntpServers: fields.ntpServers, network: networkOf(fields), withinSeconds: Number(fields.within) },
          }),
        )
      }
      close={close}
    >
      <TextInput label={t('machineName')} {...form.getInputProps('name')} />
      <Autocomplete label={t('timeZone')} limit={20} data={['Etc/UTC', ...Intl.supportedValuesOf('timeZone')]} {...form.getInputProps('timeZone')} />
      <TagsInput label={t('timeServers')} description={t('timeServersHelp')} {...form.getInputProps('ntpServers')} />
      <SegmentedControl
        fullWidth
        aria-label={t('networkMode')}
        data={(['unchanged', 'dhcp', 'static'] as const).map((value) => ({ value, label: t(`mode.${value}`) }))}
        {...form.getInputProps('mode')}
      />
      {values.mode !== 'unchanged' && (
        <>
          <Select label={t('card')} data={of.interfaces.map((card) => ({ value: card.name, label: `${card.name} ${card.mac}` }))} {...form.getInputProps('device')} error={form.errors['network.device']} />
          {values.mode === 'static' && (
            <>
              <TextInput label={t('cardAddress')} placeholder="192.0.2.7/24" classNames={{ input: 'mono' }} {...form.getInputProps('address')} error={form.errors['network.address']} />
              <TextInput label={t('gateway')} placeholder="192.0.2.1" classNames={{ input: 'mono' }} {...form.getInputProps('gateway')} error={form.errors['network.gateway']} />
            </>
          )}
          <NumberInput label={t('vlan')} min={1} max={4094} allowDecimal={false} {...form.getInputProps('vlan')} error={form.errors['network.vlan']} />
          <TagsInput label={t('nameServers')} {...form.getInputProps('dns')} error={form.errors['network.dns']} />
          <TagsInput label={t('searchDomains')} {...form.getInputProps('searchDomains')} error={form.errors['network.searchDomains']} />
          <NumberInput label={t('within')} description={t('withinHelp')} min={30} max={600} allowDecimal={false} {...form.getInputProps('within')} />
          <Alert color="yellow" variant="light">
            {values.mode === 'static' && other ? t('goOnAt', { url: `${window.location.protocol}//${other}/console/system` }) : t('goOnElsewhere')}
          </Alert>
        </>
      )}
    </Editor>
  );
}

function PowerButtons({ name }: { name: string }) {
  const t = useText(text);
  const [asking, setAsking] = useState<Power | null>(null);
  return (
    <Group gap="xs">
      {(['restart', 'off', 'reset'] as const).map((power) => (
        <Button key={power} size="compact-sm" variant="default" {...(power === 'reset' ? { color: 'red' } : {})} onClick={() => setAsking(power)}>
          {t(`power.${power}`)}
        </Button>
      ))}
      {asking && (
        <Confirm
          title={t(`power.${asking}`)}
          verb={t(`power.${asking}`)}
          name={name}
          close={() => setAsking(null)}
          act={async () => {
            await api.POST(`/api/v1/system/machine/${asking}`, { body: { name } });
            notifications.show({ message: t('goesDown') });
          }}
        >
          {t(`power.${asking}What`)}
        </Confirm>
      )}
    </Group>
  );
}
