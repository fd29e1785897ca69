import { Alert, Anchor, Box, Button, Center, Divider, Group, PasswordInput, Stack, Text, TextInput, Title } from '@mantine/core';
import { useState, type FormEvent } from 'react';

import { signInWithPassword, signInWithToken, type SignOnOptions } from '@/api/session';
import { useText } from '@/i18n/messages';
import { Failure } from '@/parts/States';
import { Appearance } from '@/shell/Appearance';
import { Mark } from '@/shell/Mark';

import { text } from './text';

/** Who are you? Only the ways that the box offers. */
export function SignIn({ options, expired }: { options: SignOnOptions; expired: boolean }) {
  const t = useText(text);
  const [byToken, setByToken] = useState(!options.password);
  const [fields, setFields] = useState({ user: '', password: '', otp: '', token: '' });
  const [busy, setBusy] = useState(false);
  const [error, setError] = useState<unknown>(null);
  const [empty, setEmpty] = useState(false);

  const submit = async (event: FormEvent) => {
    event.preventDefault();
    const missing = byToken ? !fields.token.trim() : !fields.user || !fields.password;
    setEmpty(missing);
    if (missing) return;
    setBusy(true);
    setError(null);
    try {
      if (byToken) await signInWithToken(fields.token.trim());
      else await signInWithPassword(fields.user, fields.password, fields.otp);
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
    <Center mih="100vh" p="md" component="main">
      <Box w="100%" maw={400}>
        <Group gap="sm" mb="lg">
          <Mark size={36} />
          <Box>
            <Text fw={600} fz="lg" lh={1.2}>
              Gatehouse
            </Text>
            <Text size="xs" c="dimmed">
              {t('tagline')}
            </Text>
          </Box>
        </Group>
        <Box className="panel" p="lg">
          <Title order={1} mb="md">
            {t('title')}
          </Title>
          <form onSubmit={(event) => void submit(event)} noValidate>
            <Stack gap="sm">
              {expired && <Alert color="yellow" c="inherit" variant="light">{t('expired')}</Alert>}
              {options.redirects.map((way) => (
                <Button key={way.begin} component="a" href={way.begin} variant="default" fullWidth>
                  {t('with', { name: way.name })}
                </Button>
              ))}
              {options.redirects.length > 0 && <Divider />}
              {byToken ? (
                <PasswordInput label={t('token')} description={t('tokenHelp')} autoComplete="off" autoFocus error={empty && !fields.token && t('needed')} {...field('token')} />
              ) : (
                <>
                  <TextInput label={t('user')} autoComplete="username" autoFocus error={empty && !fields.user && t('needed')} {...field('user')} />
                  <PasswordInput label={t('password')} autoComplete="current-password" error={empty && !fields.password && t('needed')} {...field('password')} />
                  <TextInput label={t('otp')} description={t('otpHelp')} autoComplete="one-time-code" inputMode="numeric" {...field('otp')} />
                </>
              )}
              {error !== null && <Failure error={error} />}
              <Button type="submit" loading={busy} fullWidth>
                {t('submit')}
              </Button>
              {options.password && options.token && (
                <Anchor component="button" type="button" size="sm" onClick={() => setByToken(!byToken)}>
                  {byToken ? t('withPassword') : t('withToken')}
                </Anchor>
              )}
            </Stack>
          </form>
        </Box>
        <Group justify="flex-end" mt="sm">
          <Appearance />
        </Group>
      </Box>
    </Center>
  );
}
