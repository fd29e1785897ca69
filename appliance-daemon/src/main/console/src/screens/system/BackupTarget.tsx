import { Alert, Button, Group, NumberInput, PasswordInput, SegmentedControl, Select, Stack, Text, Textarea, TextInput } from '@mantine/core';
import { useForm } from '@mantine/form';
import { notifications } from '@mantine/notifications';
import { useState, type ReactNode } from 'react';

import { $api, api, given, type Schemas } from '@/api/client';
import { problemOf } from '@/api/problem';
import { useText } from '@/i18n/messages';
import { Confirm } from '@/parts/Confirm';
import { Editor } from '@/parts/Editor';
import { Panel } from '@/parts/Page';
import { Ago, Facts } from '@/parts/values';
import { bytes } from '@/text/figures';

import { text } from './text';

type View = Schemas['BackupTargetView'];
type Kind = 'directory' | 'medium' | 's3' | 'sftp';

const whereOf = ({ target }: View) => (target?.kind === 's3' ? `${target.s3?.endpoint}/${target.s3?.bucket}/${target.s3?.prefix}` : target?.kind === 'sftp' ? `${target.sftp?.user}@${target.sftp?.host}:${target.directory}` : target?.kind === 'medium' ? `${target.directory}/gatehouse-backups` : target?.directory) ?? '';

/** Where a backup is brought each day besides the box's own directory. */
export function BackupTarget() {
  const t = useText(text);
  const target = $api.useQuery('get', '/api/v1/system/backup-target');
  // An appliance has no directory of somebody's to offer, and nobody else sees what is plugged in.
  const appliance = $api.useQuery('get', '/api/v1/system/disks').data?.supported ?? false;
  const [editing, setEditing] = useState(false);
  const [removing, setRemoving] = useState(false);
  const [busy, setBusy] = useState(false);
  const now = target.data;
  if (!now) return null;
  const run = async () => {
    setBusy(true);
    try {
      notifications.show({ message: t('brought', { name: given(await api.POST('/api/v1/system/backup-target/run')).name }) });
    } catch (e) {
      notifications.show({ color: 'red', message: problemOf(e).detail, autoClose: false });
    } finally {
      setBusy(false);
      await target.refetch();
    }
  };
  return (
    <Panel
      title={t('target')}
      actions={
        <Button size="compact-sm" variant="default" onClick={() => setEditing(true)}>
          {t('targetEdit')}
        </Button>
      }
    >
      <Stack gap="sm" align="flex-start">
        {now.target ? (
          <>
            <Facts of={[[t('targetWhere'), <span className="mono">{whereOf(now)}</span>], [t('targetLast'), now.lastAt ? <Ago time={now.lastAt} /> : t('never')], [t('targetOpens'), t(now.passphraseSet ? 'opensAnywhere' : 'opensHere')]]} />
            {!now.passphraseSet && (
              <Alert color="yellow" c="inherit" variant="light">
                {t('targetNoKey')}
              </Alert>
            )}
            {now.trouble && (
              <Alert color="red" variant="light" title={t('targetTrouble')}>
                {now.trouble}
              </Alert>
            )}
            <Group gap="xs">
              <Button size="compact-sm" variant="default" loading={busy} onClick={() => void run()}>
                {t('targetRun')}
              </Button>
              <Button size="compact-sm" variant="default" onClick={() => setRemoving(true)}>
                {t('targetRemove')}
              </Button>
            </Group>
          </>
        ) : (
          <Text size="sm">{t('targetNone')}</Text>
        )}
      </Stack>
      {editing && <TargetForm of={now} appliance={appliance} close={() => setEditing(false)} />}
      {removing && (
        <Confirm title={t('target')} verb={t('targetRemove')} close={() => setRemoving(false)} act={async () => void (await api.DELETE('/api/v1/system/backup-target'))}>
          {t('targetRemoveWhat')}
        </Confirm>
      )}
    </Panel>
  );
}

type Fields = { kind: Kind; directory: string; volume: string; endpoint: string; region: string; bucket: string; prefix: string; accessKeyId: string; host: string; port: number | ''; user: string; hostKey: string; secret: string; passphrase: string; hour: number | ''; keep: number | '' };

const fieldsOf = ({ target }: View, usual: Kind): Fields => ({
  kind: target?.kind ?? usual, directory: target?.kind === 'medium' ? '' : (target?.directory ?? ''), volume: target?.kind === 'medium' ? (target.directory ?? '') : '', endpoint: target?.s3?.endpoint ?? '', region: target?.s3?.region ?? 'us-east-1', bucket: target?.s3?.bucket ?? '', prefix: target?.s3?.prefix ?? '',
  accessKeyId: target?.s3?.accessKeyId ?? '', host: target?.sftp?.host ?? '', port: target?.sftp?.port ?? 22, user: target?.sftp?.user ?? '', hostKey: target?.sftp?.hostKey ?? '', secret: '', passphrase: '', hour: target?.hour ?? 3, keep: target?.keep ?? 14,
});

/** A secret that is not typed stays as it is. */
const draftOf = (fields: Fields) => ({
  kind: fields.kind, hour: Number(fields.hour), keep: Number(fields.keep), directory: fields.kind === 's3' ? null : fields.kind === 'medium' ? fields.volume || null : fields.directory.trim() || null,
  s3: fields.kind === 's3' ? { endpoint: fields.endpoint.trim(), region: fields.region.trim(), bucket: fields.bucket.trim(), prefix: fields.prefix.trim(), accessKeyId: fields.accessKeyId.trim() } : null,
  sftp: fields.kind === 'sftp' ? { host: fields.host.trim(), port: Number(fields.port), user: fields.user.trim(), hostKey: fields.hostKey.trim() } : null,
  ...(fields.secret ? { secret: fields.secret } : {}),
  ...(fields.passphrase ? { passphrase: fields.passphrase } : {}),
});

/** One of what is plugged in. */
function Medium({ value, choose, error }: { value: string; choose: (volume: string) => void; error: ReactNode }) {
  const t = useText(text);
  const plugged = $api.useQuery('get', '/api/v1/system/backup-target/media', {}, { retry: false });
  const media = plugged.data?.media ?? [];
  const data = media.map((one) => ({ value: one.volume, label: t('mediumOf', { model: one.model || one.volume, device: one.device, free: bytes(one.freeBytes), size: bytes(one.bytes) }) }));
  if (value && !media.some((one) => one.volume === value)) data.push({ value, label: t('mediumAway', { volume: value }) });
  return (
    <Stack gap="xs">
      <Select label={t('medium')} description={t('mediumHelp')} data={data} value={value || null} onChange={(volume) => choose(volume ?? '')} error={error} allowDeselect={false} placeholder={data.length === 0 && !plugged.isFetching ? t('mediumNone') : undefined} />
      {plugged.data?.unreadable.map((one) => (
        <Text key={one.device} size="sm">
          {one.reason}
        </Text>
      ))}
      {plugged.error && (
        <Text size="sm" c="red">
          {problemOf(plugged.error).detail}
        </Text>
      )}
      <Group>
        <Button size="compact-sm" variant="default" loading={plugged.isFetching} onClick={() => void plugged.refetch()}>
          {t('mediumAgain')}
        </Button>
      </Group>
    </Stack>
  );
}

function TargetForm({ of, appliance, close }: { of: View; appliance: boolean; close: () => void }) {
  const t = useText(text);
  const form = useForm<Fields>({ initialValues: fieldsOf(of, appliance ? 'medium' : 'directory') });
  const values = form.getValues();
  const [tested, setTested] = useState<{ ok: boolean; message: string } | null>(null);
  const [busy, setBusy] = useState(false);
  const test = async () => {
    setBusy(true);
    try {
      setTested(given(await api.POST('/api/v1/system/backup-target/test', { body: draftOf(form.getValues()) })));
    } catch (e) {
      setTested({ ok: false, message: problemOf(e).detail });
    } finally {
      setBusy(false);
    }
  };
  return (
    <Editor title={t('target')} form={form} save={async (fields) => given(await api.PUT('/api/v1/system/backup-target', { body: draftOf(fields) }))} close={close}>
      <SegmentedControl fullWidth aria-label={t('targetWhere')} data={(appliance ? (['medium', 'sftp', 's3', 'directory'] as const) : (['directory', 'sftp', 's3'] as const)).map((value) => ({ value, label: t(`target.${value}`) }))} {...form.getInputProps('kind')} />
      {values.kind === 's3' && (
        <>
          <TextInput label={t('endpoint')} placeholder="https://s3.example.com" classNames={{ input: 'mono' }} {...form.getInputProps('endpoint')} error={form.errors['s3.endpoint']} />
          <TextInput label={t('region')} {...form.getInputProps('region')} error={form.errors['s3.region']} />
          <TextInput label={t('bucket')} {...form.getInputProps('bucket')} error={form.errors['s3.bucket']} />
          <TextInput label={t('prefix')} placeholder="gatehouse/" {...form.getInputProps('prefix')} error={form.errors['s3.prefix']} />
          <TextInput label={t('accessKeyId')} autoComplete="off" {...form.getInputProps('accessKeyId')} error={form.errors['s3.accessKeyId']} />
          <PasswordInput label={t('secretKey')} autoComplete="off" placeholder={of.secretSet ? t('proxyPasswordKept') : undefined} {...form.getInputProps('secret')} />
        </>
      )}
      {values.kind === 'sftp' && (
        <>
          <TextInput label={t('host')} {...form.getInputProps('host')} error={form.errors['sftp.host']} />
          <NumberInput label={t('port')} min={1} max={65535} allowDecimal={false} {...form.getInputProps('port')} error={form.errors['sftp.port']} />
          <TextInput label={t('user')} autoComplete="off" {...form.getInputProps('user')} error={form.errors['sftp.user']} />
          <TextInput label={t('hostKey')} description={t('hostKeyHelp')} placeholder="SHA256:…" classNames={{ input: 'mono' }} {...form.getInputProps('hostKey')} error={form.errors['sftp.hostKey']} />
          <Textarea label={t('sftpSecret')} autoComplete="off" autosize minRows={1} maxRows={6} classNames={{ input: 'mono' }} placeholder={of.secretSet ? t('proxyPasswordKept') : undefined} {...form.getInputProps('secret')} />
        </>
      )}
      {values.kind === 'medium' && <Medium value={values.volume} choose={(volume) => form.setFieldValue('volume', volume)} error={form.errors['directory']} />}
      {(values.kind === 'directory' || values.kind === 'sftp') && <TextInput label={t('directory')} placeholder="/backups" classNames={{ input: 'mono' }} {...form.getInputProps('directory')} />}
      <PasswordInput
        label={t('targetPassphrase')}
        description={t('targetPassphraseHelp')}
        autoComplete="new-password"
        required={!of.target}
        minLength={12}
        placeholder={t(of.passphraseSet ? 'proxyPasswordKept' : 'targetPassphraseNew')}
        {...form.getInputProps('passphrase')}
      />
      <NumberInput label={t('hour')} min={0} max={23} allowDecimal={false} {...form.getInputProps('hour')} />
      <NumberInput label={t('keepCount')} min={1} max={365} allowDecimal={false} {...form.getInputProps('keep')} />
      {tested && (
        <Alert color={tested.ok ? 'green' : 'red'} variant="light" role="status">
          {tested.message}
        </Alert>
      )}
      <Button variant="default" loading={busy} onClick={() => void test()}>
        {t('targetTest')}
      </Button>
    </Editor>
  );
}
