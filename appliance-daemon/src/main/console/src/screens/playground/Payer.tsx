import { Anchor, PasswordInput, Select, Stack, Text } from '@mantine/core';
import { Link } from 'wouter';

import { useEvery } from '@/api/lists';
import { useMay } from '@/api/session';
import { useText } from '@/i18n/messages';

import { text } from './text';

/** Whose calls these are: a project's, by the session, or those of a key that somebody has at hand. */
export type Payer = { by: 'project'; id: string } | { by: 'key'; secret: string };

const PASTED = 'key';

interface PayerInputProps {
  payer: Payer;
  onChange: (payer: Payer) => void;
  /** Whether to say what is missing. */
  tried: boolean;
}

/** Chooses a project, or takes a key: who may make no keys has only that. */
export function PayerInput({ payer, onChange, tried }: PayerInputProps) {
  const t = useText(text);
  const mayIssue = useMay('manage_keys');
  const projects = useEvery('projects', {}, { enabled: mayIssue });
  const field = (
    <PasswordInput
      label={mayIssue ? undefined : t('key')}
      aria-label={t('key')}
      description={t('keyHelp')}
      inputWrapperOrder={['label', 'input', 'description', 'error']}
      placeholder="ghk_…"
      autoComplete="off"
      value={payer.by === 'key' ? payer.secret : ''}
      onChange={(event) => onChange({ by: 'key', secret: event.currentTarget.value })}
      error={tried && payer.by === 'key' && !payer.secret.trim() && (
        <>
          {t('needKey')}: <Link href="/keys?new=1">{t('createKey')}</Link>
        </>
      )}
    />
  );
  if (!mayIssue) return field;
  const none = projects.data?.length === 0;
  return (
    <Stack gap="xs">
      <Select
        label={t('behalf')}
        description={payer.by === 'project' ? t('behalfHelp') : undefined}
        inputWrapperOrder={['label', 'input', 'description', 'error']}
        placeholder={t('chooseProject')}
        searchable
        allowDeselect={false}
        data={[...(projects.data ?? []).map((one) => ({ value: one.id, label: `${one.department} / ${one.name}` })), { value: PASTED, label: t('pasted') }]}
        value={payer.by === 'key' ? PASTED : payer.id || null}
        onChange={(value) => onChange(value === PASTED ? { by: 'key', secret: '' } : { by: 'project', id: value ?? '' })}
        error={tried && payer.by === 'project' && !payer.id && t('needProject')}
      />
      {payer.by === 'key' && field}
      {none && payer.by === 'project' && (
        <Text size="xs" c="dimmed">
          {t('noProject')} <Anchor component={Link} href="/requests" size="xs">{t('askAccess')}</Anchor>
        </Text>
      )}
    </Stack>
  );
}
