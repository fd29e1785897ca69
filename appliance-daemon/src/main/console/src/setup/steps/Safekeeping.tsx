import { Fieldset, NumberInput, SimpleGrid, Stack, Switch, TextInput } from '@mantine/core';
import { useForm } from '@mantine/form';

import { useText } from '@/i18n/messages';

import { beginWith, type FoundStep } from '../api';
import type { StepProps } from '../OneStep';
import { StepForm } from '../StepForm';
import { text } from '../text';

interface Answer {
  backup: { directory: string; hour: number; keep: number } | null;
  alerts: { webhookUrl: string | null } | null;
}

type Fields = {
  backup: boolean; directory: string; hour: number | ''; keep: number | '';
  webhook: boolean; webhookUrl: string;
};

function fieldsOf(answer: Answer | null): Fields {
  return {
    backup: answer ? answer.backup !== null : true, directory: answer?.backup?.directory ?? '', hour: answer?.backup?.hour ?? 2, keep: answer?.backup?.keep ?? 7,
    webhook: Boolean(answer?.alerts?.webhookUrl), webhookUrl: answer?.alerts?.webhookUrl ?? '',
  };
}

const answerOf = (fields: Fields): Answer => ({
  backup: fields.backup ? { directory: fields.directory.trim(), hour: Number(fields.hour), keep: Number(fields.keep) } : null,
  alerts: fields.webhook ? { webhookUrl: fields.webhookUrl.trim() } : null,
});

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
          <Switch label={t('alertWebhook')} {...form.getInputProps('webhook', { type: 'checkbox' })} />
          {values.webhook && <TextInput label={t('webhookUrl')} required classNames={{ input: 'mono' }} placeholder="https://" {...form.getInputProps('webhookUrl')} error={form.errors['alerts.webhookUrl']} />}
        </Stack>
      </Fieldset>
    </StepForm>
  );
}
