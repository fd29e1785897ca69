import { NumberInput, Select, SimpleGrid, TagsInput, TextInput } from '@mantine/core';
import type { UseFormReturnType } from '@mantine/form';

import type { Schemas } from '@/api/client';
import { useText } from '@/i18n/messages';

import { text } from './text';

type Server = Schemas['MailServer'];
type Security = NonNullable<Server['security']>;

/** What is asked of a mail server, as fields of a form. */
export type MailFields = { mailHost: string; mailPort: number | ''; mailSecurity: Security; mailUser: string; mailFrom: string; mailTo: string[] };

/** A mail server as fields, and back. */
export const mailOf = {
  server: (of: Server | null): MailFields => ({ mailHost: of?.host ?? '', mailPort: of?.port ?? 587, mailSecurity: of?.security ?? 'starttls', mailUser: of?.user ?? '', mailFrom: of?.from ?? '', mailTo: of?.recipients ?? [] }),
  fields: (of: MailFields) => ({
    host: of.mailHost.trim(), port: of.mailPort === '' ? 587 : of.mailPort, security: of.mailSecurity, user: of.mailUser.trim() || null, from: of.mailFrom.trim(), recipients: of.mailTo,
  }),
};

const PORTS: Readonly<Record<Security, number>> = { starttls: 587, tls: 465, none: 25 };

/** The inputs for a mail server; `under` is where the daemon's findings name its members. */
export function MailInputs<F extends MailFields & Record<string, unknown>>({ form: given, under }: { form: UseFormReturnType<F>; under: string }) {
  const t = useText(text);
  // A form of more fields than these is one of these.
  const form = given as unknown as UseFormReturnType<MailFields>;
  const finding = (member: string) => (given.errors[`${under}.${member}`] ?? (member === 'recipients' ? given.errors[under] : undefined)) as string | undefined;
  return (
    <>
      <SimpleGrid cols={{ base: 1, sm: 2 }} spacing="sm">
        <TextInput label={t('mailHost')} required classNames={{ input: 'mono' }} {...form.getInputProps('mailHost')} error={finding('host')} />
        <NumberInput label={t('mailPort')} min={1} max={65_535} allowDecimal={false} {...form.getInputProps('mailPort')} error={finding('port')} />
      </SimpleGrid>
      <Select
        label={t('mailSecurity')}
        allowDeselect={false}
        data={(['starttls', 'tls', 'none'] as const).map((value) => ({ value, label: t(`mailSecurity.${value}`) }))}
        value={form.getValues().mailSecurity}
        onChange={(value) => {
          const security = (value ?? 'starttls') as Security;
          form.setFieldValue('mailSecurity', security);
          form.setFieldValue('mailPort', PORTS[security]);
        }}
        error={finding('security')}
      />
      <TextInput label={t('mailUser')} description={t('mailUserHelp')} autoComplete="off" {...form.getInputProps('mailUser')} error={finding('user')} />
      <TextInput label={t('mailFrom')} required {...form.getInputProps('mailFrom')} error={finding('from')} />
      <TagsInput label={t('mailTo')} description={t('mailToHelp')} required {...form.getInputProps('mailTo')} error={finding('recipients')} />
    </>
  );
}
