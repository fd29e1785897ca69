import { JsonInput } from '@mantine/core';
import { useForm } from '@mantine/form';

import { useText } from '@/i18n/messages';

import { StepForm } from '../StepForm';
import { text } from '../text';

import type { StepProps } from './stepProps';

type Fields = { answer: string };

/** A step that a newer box asks for and this page does not know: its answer can be written as it is. */
export function Unknown({ step, look, next }: StepProps) {
  const t = useText(text);
  const form = useForm<Fields>({ initialValues: { answer: JSON.stringify(step.answer ?? {}, null, 2) } });
  return (
    <StepForm step={step} form={form} answer={(fields) => JSON.parse(fields.answer) as object} look={look} next={next}>
      <JsonInput label={t('rawAnswer')} validationError={t('rawWrong')} formatOnBlur autosize minRows={6} classNames={{ input: 'mono' }} {...form.getInputProps('answer')} />
    </StepForm>
  );
}
