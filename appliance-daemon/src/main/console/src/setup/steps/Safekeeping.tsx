import { Fieldset, NumberInput, PasswordInput, Select, SimpleGrid, Stack, Switch, TextInput, Textarea } from '@mantine/core';
import { useForm } from '@mantine/form';

import type { Schemas } from '@/api/client';
import { useText } from '@/i18n/messages';
import { MailInputs, mailOf, type MailFields } from '@/parts/MailInputs';

import { beginWith, type FoundStep } from '../api';
import { StepForm } from '../StepForm';
import { text } from '../text';

import type { StepProps } from './stepProps';

type Kind = 'webhook' | 'mail';

interface Answer {
  backup: { directory: string; hour: number; keep: number } | null;
  alerts: { kind?: Kind; webhookUrl: string | null; mail?: Schemas['MailServer'] | null; mailPassword?: string; mailTrustedCertificates?: string | null } | null;
}

type Fields = MailFields & {
  backup: boolean; directory: string; hour: number | ''; keep: number | '';
  alerts: boolean; kind: Kind; webhookUrl: string; mailPassword: string; mailTrustedCertificates: string;
};

function fieldsOf(answer: Answer | null): Fields {
  return {
    backup: answer ? answer.backup !== null : true, directory: answer?.backup?.directory ?? '', hour: answer?.backup?.hour ?? 2, keep: answer?.backup?.keep ?? 7,
    alerts: Boolean(answer?.alerts?.webhookUrl ?? answer?.alerts?.mail), kind: answer?.alerts?.kind ?? 'webhook', webhookUrl: answer?.alerts?.webhookUrl ?? '',
    ...mailOf.server(answer?.alerts?.mail ?? null), mailPassword: '', mailTrustedCertificates: answer?.alerts?.mailTrustedCertificates ?? '',
  };
}

const answerOf = (fields: Fields): Answer => ({
  backup: fields.backup ? { directory: fields.directory.trim(), hour: Number(fields.hour), keep: Number(fields.keep) } : null,
  alerts: fields.alerts ? alertsOf(fields) : null,
});

/** A password that is not typed stays as it is. */
const alertsOf = (fields: Fields): Answer['alerts'] =>
  fields.kind === 'webhook'
    ? { kind: 'webhook', webhookUrl: fields.webhookUrl.trim() }
    : {
        kind: 'mail', webhookUrl: null, mail: mailOf.fields(fields), mailTrustedCertificates: fields.mailTrustedCertificates.trim() || null,
        ...(fields.mailPassword ? { mailPassword: fields.mailPassword } : {}),
      };

export function Safekeeping({ step, look, next }: StepProps) {
  const t = useText(text);
  const form = useForm<Fields>({ initialValues: fieldsOf(beginWith(step as FoundStep<Answer>)) });
  const values = form.getValues();
  const number = { allowDecimal: false };
  return (
    <StepForm step={step} form={form} answer={answerOf} fields={(theirs) => fieldsOf(theirs as Answer | null)} look={look} next={next}>
      <Fieldset legend={t('backup')}>
        <Stack gap="sm">
          <Switch label={t('backupDaily')} {...form.getInputProps('backup', { type: 'checkbox' })} />
          {values.backup && (
            <>
              <TextInput label={t('directory')} description={t('directoryHelp')} required placeholder="/mnt/backup" classNames={{ input: 'mono' }} {...form.getInputProps('directory')} error={form.errors['backup.directory']} />
              <SimpleGrid cols={2} spacing="sm">
                <NumberInput label={t('hour')} min={0} max={23} {...number} {...form.getInputProps('hour')} />
                <NumberInput label={t('keep')} min={1} max={365} {...number} {...form.getInputProps('keep')} />
              </SimpleGrid>
            </>
          )}
        </Stack>
      </Fieldset>
      <Fieldset legend={t('alerts')}>
        <Stack gap="sm">
          <Switch label={t('alertSend')} {...form.getInputProps('alerts', { type: 'checkbox' })} />
          {values.alerts && (
            <Select label={t('alertKind')} allowDeselect={false} data={(['webhook', 'mail'] as const).map((value) => ({ value, label: t(`alertKind.${value}`) }))} {...form.getInputProps('kind')} />
          )}
          {values.alerts && values.kind === 'webhook' && (
            <TextInput label={t('webhookUrl')} required classNames={{ input: 'mono' }} placeholder="https://" {...form.getInputProps('webhookUrl')} error={form.errors['alerts.webhookUrl']} />
          )}
          {values.alerts && values.kind === 'mail' && (
            <>
              <MailInputs form={form} under="alerts.mail" />
              <PasswordInput label={t('mailPassword')} autoComplete="off" {...form.getInputProps('mailPassword')} error={form.errors['alerts.mailPassword']} />
              <Textarea label={t('mailCertificates')} autosize minRows={2} maxRows={8} classNames={{ input: 'mono' }} {...form.getInputProps('mailTrustedCertificates')} />
            </>
          )}
        </Stack>
      </Fieldset>
    </StepForm>
  );
}
