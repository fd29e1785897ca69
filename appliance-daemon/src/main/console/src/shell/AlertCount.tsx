import { VisuallyHidden } from '@mantine/core';

import { useText } from '@/i18n/messages';

import { text } from './text';

const MOST = 99;

/** How many alerts are open, beside the screen's name; nothing for none. */
export function AlertCount({ of }: { of: number }) {
  const t = useText(text);
  if (of === 0) return null;
  return (
    <span className="count">
      <span aria-hidden>{of > MOST ? `${MOST}+` : of}</span>
      <VisuallyHidden>{t('openAlerts', { count: of })}</VisuallyHidden>
    </span>
  );
}
