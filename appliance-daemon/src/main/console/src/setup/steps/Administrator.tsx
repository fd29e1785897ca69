import { SimpleGrid, Text, TextInput } from '@mantine/core';
import { useForm } from '@mantine/form';
import { useState } from 'react';

import { useText } from '@/i18n/messages';
import { Authenticator } from '@/parts/Authenticator';
import { NewPassword } from '@/parts/NewPassword';

import { beginWith, type FoundStep } from '../api';
import { Hint, StepForm } from '../StepForm';
import { text } from '../text';

import type { StepProps } from './stepProps';

interface Answer {
  name: string;
  email: string | null;
}

type Fields = { name: string; email: string; password: string; code: string };

const fieldsOf = (answer: Answer | null): Fields => ({ name: answer?.name ?? '', email: answer?.email ?? '', password: '', code: '' });

/** First the box shows the secret of the codes; a code of the app then proves that it is there. */
export function Administrator({ step, look, next }: StepProps) {
  const t = useText(text);
  const { status, result } = step as FoundStep<Answer, unknown, { awaiting?: string }>;
  const form = useForm<Fields>({ initialValues: fieldsOf(beginWith(step as FoundStep<Answer>)) });
  const [codes, setCodes] = useState<{ uri: string; secret: string } | null>(null);
  const error = form.errors['password'];
  return (
    <StepForm
      step={step}
      form={form}
      answer={(fields) => ({
        name: fields.name.trim(), email: fields.email.trim() || null, password: fields.password, ...(codes && fields.code.trim() ? { oneTimeCode: fields.code.trim() } : {}),
      })}
      fields={(theirs) => fieldsOf(theirs as Answer | null)}
      accepted={(answered) => {
        const { codeUri, codeSecret } = answered.secrets ?? {};
        if (codeUri && codeSecret) setCodes({ uri: codeUri, secret: codeSecret });
        return answered.status === 'open';
      }}
      verb={t(codes ? 'proveCode' : 'makeCodes')}
      look={look}
      next={next}
    >
      {status === 'open' && result?.awaiting && !codes && <Hint>{t('codeAwaited')}</Hint>}
      <SimpleGrid cols={{ base: 1, xs: 2 }} spacing="sm">
        <TextInput label={t('adminName')} required autoComplete="username" {...form.getInputProps('name')} />
        <TextInput label={t('adminEmail')} type="email" {...form.getInputProps('email')} />
      </SimpleGrid>
      <NewPassword label={t('password')} value={form.getValues().password} onChange={(password) => form.setFieldValue('password', password)} error={typeof error === 'string' ? error : undefined} />
      {codes && (
        <>
          <Text size="sm" fw={600}>
            {t('scan')}
          </Text>
          <Authenticator uri={codes.uri} secret={codes.secret} />
          <TextInput label={t('oneTimeCode')} description={t('oneTimeCodeHelp')} required inputMode="numeric" autoComplete="one-time-code" maxLength={20} w={220} {...form.getInputProps('code')} error={form.errors['oneTimeCode']} />
        </>
      )}
    </StepForm>
  );
}
