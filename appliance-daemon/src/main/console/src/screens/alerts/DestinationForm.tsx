import { PasswordInput, Select, Switch, TextInput, Textarea } from '@mantine/core';
import { useForm } from '@mantine/form';

import type { Schemas } from '@/api/client';
import type { Drafts } from '@/api/things';
import { useText } from '@/i18n/messages';
import { MailInputs, mailOf, type MailFields } from '@/parts/MailInputs';
import { ThingEditor } from '@/parts/ThingEditor';

import { text } from './text';

type Destination = Schemas['AlertDestination'];

type Fields = MailFields & {
  name: string;
  kind: 'webhook' | 'mail';
  enabled: boolean;
  leastSeverity: 'info' | 'warning' | 'critical';
  url: string;
  secret: string;
  privateAddressesAllowed: boolean;
  trustedCertificates: string;
};

const fieldsOf = (of: Destination | undefined): Fields => ({
  name: of?.name ?? '', kind: of?.kind ?? 'mail', enabled: of?.enabled ?? true, leastSeverity: of?.leastSeverity ?? 'warning', url: of?.url ?? '', secret: '',
  privateAddressesAllowed: of?.privateAddressesAllowed ?? false, trustedCertificates: of?.trustedCertificates ?? '', ...mailOf.server(of?.mail ?? null),
});

/** A secret that is not typed stays as it is. */
const draftOf = (fields: Fields): Drafts['alert-destinations'] => ({
  name: fields.name.trim(), kind: fields.kind, enabled: fields.enabled, leastSeverity: fields.leastSeverity, privateAddressesAllowed: fields.privateAddressesAllowed,
  trustedCertificates: fields.trustedCertificates.trim() || null,
  url: fields.kind === 'webhook' ? fields.url.trim() : null,
  mail: fields.kind === 'mail' ? mailOf.fields(fields) : null,
  ...(fields.secret ? { secret: fields.secret } : {}),
});

/** A webhook or a mail server. */
export function DestinationForm({ of, close }: { of: Destination | undefined; close: () => void }) {
  const t = useText(text);
  const form = useForm<Fields>({ initialValues: fieldsOf(of) });
  const mail = form.getValues().kind === 'mail';
  return (
    <ThingEditor
      noun="alert-destinations"
      of={of}
      title={of ? t('edit', { name: of.name }) : t('create')}
      form={form}
      labels={{ name: t('name'), kind: t('kind'), url: t('url'), secret: t(mail ? 'password' : 'secret'), leastSeverity: t('least'), trustedCertificates: t('certificates') }}
      fields={fieldsOf}
      draft={draftOf}
      close={close}
    >
      <TextInput label={t('name')} required {...form.getInputProps('name')} />
      <Select label={t('kind')} allowDeselect={false} data={(['mail', 'webhook'] as const).map((value) => ({ value, label: t(`kind.${value}`) }))} {...form.getInputProps('kind')} />
      {mail ? (
        <MailInputs form={form} under="mail" />
      ) : (
        <TextInput label={t('url')} description={t('urlHelp')} required placeholder="https://" classNames={{ input: 'mono' }} {...form.getInputProps('url')} />
      )}
      <PasswordInput
        label={t(mail ? 'password' : 'secret')}
        description={t(mail ? 'passwordHelp' : 'secretHelp')}
        autoComplete="off"
        placeholder={of?.secretSet ? t('secretKept') : undefined}
        {...form.getInputProps('secret')}
      />
      <Select label={t('least')} allowDeselect={false} data={(['info', 'warning', 'critical'] as const).map((value) => ({ value, label: t(value) }))} {...form.getInputProps('leastSeverity')} />
      <Switch label={t('isPrivate')} description={t('isPrivateHelp')} {...form.getInputProps('privateAddressesAllowed', { type: 'checkbox' })} />
      <Textarea label={t('certificates')} description={t('certificatesHelp')} autosize minRows={2} maxRows={8} classNames={{ input: 'mono' }} {...form.getInputProps('trustedCertificates')} />
      <Switch label={t('enabled')} {...form.getInputProps('enabled', { type: 'checkbox' })} />
    </ThingEditor>
  );
}
