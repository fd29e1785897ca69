import { Anchor, Button, NumberInput, PasswordInput, SimpleGrid, Stack, Table, TagsInput, Text, TextInput } from '@mantine/core';
import { useForm } from '@mantine/form';
import { notifications } from '@mantine/notifications';
import { useState } from 'react';

import { $api, api, given, tag, type Schemas } from '@/api/client';
import { Problem, problemOf } from '@/api/problem';
import { sessionHeaders, useMay } from '@/api/session';
import { useText } from '@/i18n/messages';
import { useWords } from '@/i18n/useWords';
import { Confirm } from '@/parts/Confirm';
import { Editor } from '@/parts/Editor';
import { Page, Panel } from '@/parts/Page';
import { Shown } from '@/parts/States';
import { Ago, Facts, Status } from '@/parts/values';
import { saveAs } from '@/text/csv';
import { bytes, count } from '@/text/figures';

import { Backup } from './Backup';
import { BackupTarget } from './BackupTarget';
import { Certificate } from './Certificate';
import { Layers } from './Layers';
import { Disks } from './Disks';
import { Encryption } from './Encryption';
import { Machine } from './Machine';
import { Releases } from './Releases';
import { Restore } from './Restore';
import { text } from './text';

export default function System() {
  const t = useText(text);
  const mayOperate = useMay('operate');
  return (
    <Page title={t('title')} about={t('about')}>
      <BoxStatus />
      <SimpleGrid cols={{ base: 1, md: 2 }} spacing="md" style={{ alignItems: 'start' }}>
        <Stack gap="md">
          <Releases may={mayOperate} />
          <Layers may={mayOperate} />
          <OrganisationSettings />
          <Machine may={mayOperate} />
          <Restart may={mayOperate} />
        </Stack>
        <Stack gap="md">
          <Encryption may={mayOperate} />
          <Disks may={mayOperate} />
          <Certificate may={mayOperate} />
          {mayOperate && <Backup />}
          {mayOperate && <BackupTarget />}
          {mayOperate && <Restore />}
          <Download title={t('config')} what={t('configWhat')} verb={t('exportConfig')} path="/api/v1/export" file="gatehouse.json" />
          {mayOperate && <Download title={t('support')} what={t('supportWhat')} verb={t('makeSupport')} path="/api/v1/system/support-bundle" file="gatehouse-support.zip" />}
          <Panel title={t('api')}>
            <Text size="sm">
              {t('apiWhat')}{' '}
              <Anchor href="/api/openapi.json" target="_blank" rel="noreferrer" size="sm" underline="always">
                {t('apiLink')}
              </Anchor>
            </Text>
            <Anchor href="/console/licenses.md" target="_blank" rel="noreferrer" size="sm" underline="always">
              {t('licences')}
            </Anchor>
          </Panel>
        </Stack>
      </SimpleGrid>
    </Page>
  );
}

function BoxStatus() {
  const t = useText(text);
  const w = useWords();
  const status = $api.useQuery('get', '/api/v1/system/status', {}, { refetchInterval: 5_000 });
  return (
    <Shown of={status} rows={5}>
      {(now) => (
        <Panel title={t('status')} actions={<Status tone={now.healthy ? 'ok' : 'bad'}>{t(now.healthy ? 'healthy' : 'unhealthy')}</Status>}>
          <Stack gap="md">
            <Facts
              of={[
                [t('version'), now.version],
                [t('started'), <Ago time={now.startedAt} />],
                [t('revision'), `${count(now.revision)} (${t('revisionWhat')})`],
              ]}
            />
            <Table className="table" aria-label={t('parts')}>
              <Table.Thead>
                <Table.Tr>
                  <Table.Th>{t('part')}</Table.Th>
                  <Table.Th>{t('status')}</Table.Th>
                  <Table.Th>{t('says')}</Table.Th>
                </Table.Tr>
              </Table.Thead>
              <Table.Tbody>
                {now.parts.map((part) => (
                  <Table.Tr key={part.name}>
                    <Table.Td>{w('part', part.name)}</Table.Td>
                    <Table.Td>
                      <Status tone={part.healthy ? 'ok' : 'bad'}>{t(part.healthy ? 'works' : 'broken')}</Status>
                    </Table.Td>
                    <Table.Td>{part.message}</Table.Td>
                  </Table.Tr>
                ))}
              </Table.Tbody>
            </Table>
          </Stack>
        </Panel>
      )}
    </Shown>
  );
}

function Restart({ may }: { may: boolean }) {
  const t = useText(text);
  const [asking, setAsking] = useState(false);
  return (
    <Panel title={t('restart')}>
      <Stack gap="sm" align="flex-start">
        <Text size="sm">{t('restartWhat')}</Text>
        {may && (
          <Button variant="default" onClick={() => setAsking(true)}>
            {t('restartNow')}
          </Button>
        )}
      </Stack>
      {asking && (
        <Confirm
          title={t('restart')}
          verb={t('restartNow')}
          close={() => setAsking(false)}
          act={async () => {
            await api.POST('/api/v1/system/restart');
            notifications.show({ message: t('restarting') });
          }}
        >
          {t('restartAsk')}
        </Confirm>
      )}
    </Panel>
  );
}

function Download({ title, what, verb, path, file }: { title: string; what: string; verb: string; path: string; file: string }) {
  const t = useText(text);
  const [busy, setBusy] = useState(false);
  const run = async () => {
    setBusy(true);
    try {
      const answer = await fetch(path, { headers: sessionHeaders() });
      if (!answer.ok) throw await Problem.of(answer);
      const content = await answer.blob();
      saveAs(file, content.type, content);
      notifications.show({ message: t('made', { size: bytes(content.size) }) });
    } catch (e) {
      notifications.show({ color: 'red', message: problemOf(e).detail, autoClose: false });
    } finally {
      setBusy(false);
    }
  };
  return (
    <Panel title={title}>
      <Stack gap="sm" align="flex-start">
        <Text size="sm">{what}</Text>
        <Button variant="default" loading={busy} onClick={() => void run()}>
          {verb}
        </Button>
      </Stack>
    </Panel>
  );
}

type Fields = { organisation: string; currency: string; auditRetentionDays: number | ''; rotationOverlapHours: number | ''; proxy: string; proxyUser: string; proxyPassword: string; proxyExceptions: string[] };

const fieldsOf = (of: Schemas['Settings']): Fields => ({
  organisation: of.organisation, currency: of.currency, auditRetentionDays: of.auditRetentionDays, rotationOverlapHours: of.rotationOverlapHours,
  proxy: of.proxy?.url ?? '', proxyUser: of.proxy?.user ?? '', proxyPassword: '', proxyExceptions: of.proxy?.exceptions ?? [],
});

/** A password that is not typed stays as it is. */
const proxyOf = (fields: Fields) => ({
  proxy: fields.proxy.trim() ? { url: fields.proxy.trim(), user: fields.proxyUser.trim() || null, exceptions: fields.proxyExceptions } : null,
  ...(fields.proxyPassword ? { proxyPassword: fields.proxyPassword } : {}),
});

function OrganisationSettings() {
  const t = useText(text);
  const mayChange = useMay('change');
  const settings = $api.useQuery('get', '/api/v1/settings');
  const [editing, setEditing] = useState(false);
  return (
    <Shown of={settings} rows={4}>
      {(now) => (
        <Panel
          title={t('settings')}
          actions={
            mayChange && (
              <Button size="compact-sm" variant="default" onClick={() => setEditing(true)}>
                {t('edit')}
              </Button>
            )
          }
        >
          <Facts
            of={[
              [t('organisation'), now.organisation],
              [t('currency'), now.currency],
              [t('auditDays'), count(now.auditRetentionDays)],
              [t('overlap'), count(now.rotationOverlapHours)],
              [t('proxy'), now.proxy?.url ?? t('proxyNone')],
            ]}
          />
          {editing && <SettingsForm of={now} close={() => setEditing(false)} />}
        </Panel>
      )}
    </Shown>
  );
}

function SettingsForm({ of, close }: { of: Schemas['Settings']; close: () => void }) {
  const t = useText(text);
  const form = useForm<Fields>({ initialValues: fieldsOf(of) });
  return (
    <Editor
      title={t('settings')}
      form={form}
      labels={{ organisation: t('organisation'), currency: t('currency'), auditRetentionDays: t('auditDays'), rotationOverlapHours: t('overlap'), proxy: t('proxy'), 'proxy.url': t('proxy'), 'proxy.exceptions': t('proxyExceptions'), proxyPassword: t('proxyPassword') }}
      version={of.version}
      save={async (fields, version) =>
        given(
          await api.PATCH('/api/v1/settings', {
            params: { header: version === undefined ? {} : { 'If-Match': tag(version) } },
            body: { organisation: fields.organisation, currency: fields.currency, auditRetentionDays: Number(fields.auditRetentionDays), rotationOverlapHours: Number(fields.rotationOverlapHours), ...proxyOf(fields) },
          }),
        )
      }
      latest={async () => {
        const now = given(await api.GET('/api/v1/settings'));
        return { version: now.version, values: fieldsOf(now) };
      }}
      close={close}
    >
      <TextInput label={t('organisation')} {...form.getInputProps('organisation')} />
      <TextInput label={t('currency')} description={t('currencyHelp')} maxLength={3} {...form.getInputProps('currency')} />
      <NumberInput label={t('auditDays')} min={1} allowDecimal={false} {...form.getInputProps('auditRetentionDays')} />
      <NumberInput label={t('overlap')} min={0} allowDecimal={false} {...form.getInputProps('rotationOverlapHours')} />
      <TextInput label={t('proxy')} description={t('proxyHelp')} placeholder="http://proxy.example.com:3128" classNames={{ input: 'mono' }} {...form.getInputProps('proxy')} error={form.errors['proxy.url'] ?? form.errors['proxy']} />
      {form.getValues().proxy.trim() !== '' && (
        <>
          <TextInput label={t('proxyUser')} autoComplete="off" {...form.getInputProps('proxyUser')} error={form.errors['proxy.user']} />
          <PasswordInput label={t('proxyPassword')} autoComplete="off" placeholder={of.proxyPasswordSet ? t('proxyPasswordKept') : undefined} {...form.getInputProps('proxyPassword')} />
          <TagsInput label={t('proxyExceptions')} description={t('proxyExceptionsHelp')} {...form.getInputProps('proxyExceptions')} error={form.errors['proxy.exceptions']} />
        </>
      )}
    </Editor>
  );
}
