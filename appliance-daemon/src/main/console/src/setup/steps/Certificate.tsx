import { Checkbox, NumberInput, PasswordInput, Select, TagsInput, Textarea, TextInput } from '@mantine/core';
import { useForm } from '@mantine/form';

import { useText } from '@/i18n/messages';
import { CodeBlock } from '@/parts/Copy';
import { Facts } from '@/parts/values';
import { dateTime } from '@/text/times';

import { beginWith, type FoundStep } from '../api';
import { Hint, StepForm } from '../StepForm';
import { text } from '../text';

import type { StepProps } from './stepProps';

type Kind = 'self_signed' | 'upload' | 'csr' | 'acme';

interface Found {
  use?: string;
  kind: string | null;
  kinds?: Kind[];
  fingerprint: string | null;
  expiresAt: string | null;
  names: string[];
}

interface Answer {
  kind: Kind;
  names: string[];
  certificatePem?: string | null;
  privateKeyPem?: string | null;
  acme?: Acme | null;
}

interface Acme {
  directory: string;
  email: string | null;
  termsAgreed: boolean;
  bindingKeyId: string | null;
  bindingKey?: string | null;
  trustedCertificates: string | null;
  privateAddressesAllowed: boolean;
  httpPort: number;
}

type Fields = { kind: Kind; names: string[]; certificatePem: string; privateKeyPem: string; directory: string; email: string; termsAgreed: boolean; bindingKeyId: string; bindingKey: string; trustedCertificates: string; privateAddressesAllowed: boolean; httpPort: number };

const fieldsOf = (answer: Answer | null, found: Found): Fields => ({
  kind: answer?.kind ?? 'self_signed', names: answer?.names ?? (found.names.length ? found.names : [window.location.hostname]), certificatePem: answer?.certificatePem ?? '',
  privateKeyPem: '', directory: answer?.acme?.directory ?? '', email: answer?.acme?.email ?? '',
  termsAgreed: answer?.acme?.termsAgreed ?? false, bindingKeyId: answer?.acme?.bindingKeyId ?? '', bindingKey: '', trustedCertificates: answer?.acme?.trustedCertificates ?? '',
  privateAddressesAllowed: answer?.acme?.privateAddressesAllowed ?? false, httpPort: answer?.acme?.httpPort ?? 80,
});

const answerOf = (fields: Fields): Answer => ({
  kind: fields.kind, names: fields.names,
  certificatePem: fields.kind === 'upload' || fields.kind === 'csr' ? fields.certificatePem.trim() || null : null,
  privateKeyPem: fields.kind === 'upload' ? fields.privateKeyPem.trim() || null : null,
  acme: fields.kind === 'acme' ? acmeOf(fields) : null,
});

const acmeOf = (fields: Fields): Acme => ({
  directory: fields.directory.trim(), email: fields.email.trim() || null, termsAgreed: fields.termsAgreed, bindingKeyId: fields.bindingKeyId.trim() || null,
  bindingKey: fields.bindingKey.trim() || null, trustedCertificates: fields.trustedCertificates.trim() || null,
  privateAddressesAllowed: fields.privateAddressesAllowed, httpPort: fields.httpPort,
});

export function Certificate({ step, look, next }: StepProps) {
  const t = useText(text);
  const { found, result } = step as FoundStep<Answer, Found, { awaiting?: string; csrPem?: string }>;
  const form = useForm<Fields>({ initialValues: fieldsOf(beginWith(step as FoundStep<Answer>), found) });
  const values = form.getValues();
  const request = values.kind === 'csr' ? result?.csrPem : undefined;
  return (
    <StepForm
      step={step}
      form={form}
      answer={answerOf}
      fields={(theirs) => fieldsOf(theirs as Answer | null, found)}
      accepted={(answered) => answered.status === 'open'}
      {...(values.kind === 'csr' && !values.certificatePem.trim() ? { verb: t('makeRequest') } : {})}
      look={look}
      next={next}
    >
      {found.fingerprint && (
        <Facts
          of={[
            [t('certificateNow'), found.kind ? t(`certificate.${found.kind}` as keyof typeof text) : '–'],
            [t('fingerprint'), <span className="mono">{found.fingerprint}</span>],
            [t('names'), found.names.join(', ') || '–'],
            [t('validUntil'), dateTime(found.expiresAt)],
          ]}
        />
      )}
      {found.use === 'elsewhere' && <Hint>{t('certificateElsewhere')}</Hint>}
      {found.use === 'kept' && <Hint>{t('certificateKept')}</Hint>}
      <Select
        label={t('certificateFrom')}
        allowDeselect={false}
        data={(found.kinds ?? ['self_signed', 'upload', 'csr', 'acme']).map((value) => ({ value, label: t(`certificate.${value}`) }))}
        {...form.getInputProps('kind')}
      />
      <TagsInput label={t('names')} description={t('namesHelp')} {...form.getInputProps('names')} />
      {request && <CodeBlock code={request} label={t('request')} />}
      {(values.kind === 'upload' || request) && (
        <Textarea label={t('certificatePem')} description={request ? t('certificateLater') : t('certificatePemHelp')} autosize minRows={4} maxRows={10} classNames={{ input: 'mono' }} {...form.getInputProps('certificatePem')} />
      )}
      {values.kind === 'upload' && <Textarea label={t('privateKeyPem')} autosize minRows={4} maxRows={10} autoComplete="off" spellCheck={false} classNames={{ input: 'mono' }} {...form.getInputProps('privateKeyPem')} />}
      {values.kind === 'acme' && (
        <>
          <TextInput label={t('acmeDirectory')} required {...form.getInputProps('directory')} />
          <TextInput label={t('acmeEmail')} type="email" {...form.getInputProps('email')} />
          <Checkbox label={t('acmeTerms')} {...form.getInputProps('termsAgreed', { type: 'checkbox' })} />
          <TextInput label={t('acmeBindingKeyId')} description={t('acmeBindingHelp')} {...form.getInputProps('bindingKeyId')} />
          {values.bindingKeyId.trim() && <PasswordInput label={t('acmeBindingKey')} autoComplete="off" {...form.getInputProps('bindingKey')} />}
          <Textarea label={t('acmeTrusted')} autosize minRows={2} maxRows={8} classNames={{ input: 'mono' }} {...form.getInputProps('trustedCertificates')} />
          <Checkbox label={t('acmePrivate')} {...form.getInputProps('privateAddressesAllowed', { type: 'checkbox' })} />
          <NumberInput label={t('acmePort')} description={t('acmePortHelp')} min={1} max={65535} {...form.getInputProps('httpPort')} />
        </>
      )}
    </StepForm>
  );
}
