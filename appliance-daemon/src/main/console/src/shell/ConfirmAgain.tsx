import { Button, Group, Modal, PasswordInput, Stack, Text, TextInput } from '@mantine/core';
import { useState, type FormEvent } from 'react';

import { endConfirmation, useIsConfirmationWanted } from '@/api/confirmation';
import { beginAt, confirmAgain, signOnOptions, useMe } from '@/api/session';
import { useText } from '@/i18n/messages';
import { Failure } from '@/parts/States';

import { text } from './text';

/** Asks again who one is, when the box wants to know before something dangerous. */
export function ConfirmAgain() {
  return useIsConfirmationWanted() ? <Dialog /> : null;
}

function Dialog() {
  const t = useText(text);
  const me = useMe();
  const [fields, setFields] = useState({ token: '', password: '', otp: '' });
  const [busy, setBusy] = useState(false);
  const [error, setError] = useState<unknown>(null);
  const provider = signOnOptions().providers.find((one) => one.id === me.provider);
  const elsewhere = me.confirmBy === 'sign_on' && provider !== undefined && provider.beginAt !== null;
  const submit = async (event: FormEvent) => {
    event.preventDefault();
    setBusy(true);
    setError(null);
    try {
      await confirmAgain(fields);
      endConfirmation(true);
    } catch (e) {
      setError(e);
      setBusy(false);
    }
  };
  const field = (name: keyof typeof fields) => ({
    value: fields[name],
    onChange: (event: { currentTarget: { value: string } }) => setFields({ ...fields, [name]: event.currentTarget.value }),
  });
  return (
    <Modal opened onClose={() => endConfirmation(false)} title={t('confirmTitle')} closeButtonProps={{ 'aria-label': t('close') }} zIndex={400}>
      <form onSubmit={(event) => void submit(event)}>
        <Stack gap="sm">
          <Text size="sm">{t(elsewhere ? 'confirmElsewhere' : 'confirmWhat')}</Text>
          {me.confirmBy === 'token' && <PasswordInput label={t('confirmToken')} autoComplete="off" data-autofocus {...field('token')} />}
          {me.confirmBy === 'password' && (
            <>
              <PasswordInput label={t('confirmPassword')} autoComplete="current-password" data-autofocus {...field('password')} />
              <TextInput label={t('confirmOtp')} autoComplete="one-time-code" inputMode="numeric" {...field('otp')} />
            </>
          )}
          {error !== null && <Failure error={error} />}
          <Group justify="flex-end">
            <Button variant="default" onClick={() => endConfirmation(false)}>
              {t('confirmNot')}
            </Button>
            {elsewhere ? (
              <Button component="a" href={beginAt(provider, true)}>
                {t('confirmGo', { name: provider.name })}
              </Button>
            ) : (
              <Button type="submit" loading={busy}>
                {t('confirmDo')}
              </Button>
            )}
          </Group>
        </Stack>
      </form>
    </Modal>
  );
}
