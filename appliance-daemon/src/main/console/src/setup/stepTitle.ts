import { useText } from '@/i18n/messages';

import { text } from './text';

/** A step's name in words; the API's own where nobody has named it. */
export function useStepTitle(): (name: string) => string {
  const t = useText(text);
  return (name) => (`step.${name}` in text ? t(`step.${name}` as keyof typeof text) : name);
}
