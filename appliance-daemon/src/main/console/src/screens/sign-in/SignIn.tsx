import { Alert, Anchor, Box, Button, Center, Divider, Group, PasswordInput, Select, Stack, Text, TextInput, Title } from '@mantine/core';
import { useState, type FormEvent } from 'react';

import { beginAt, signInWithPassword, signInWithToken, type SignOnOptions } from '@/api/session';
import { useText } from '@/i18n/messages';
import { Failure } from '@/parts/States';
import { Appearance } from '@/shell/Appearance';
import { Mark } from '@/shell/Mark';

import { text } from './text';

/** Who are you? Only the ways that the box offers. */
export function SignIn({ options, expired }: { options: SignOnOptions; expired: boolean }) {
  const t = useText(text);
  const elsewhere = options.providers.filter((provider) => provider.beginAt !== null);
  const forms = options.providers.filter((provider) => provider.form);
  const password = options.breakGlass || forms.length > 0;
  const [byToken, setByToken] = useState(!password);
  const [directory, setDirectory] = useState<string | null>(forms[0]?.id ?? null);
  const [fields, setFields] = useState({ user: '', password: '', otp: '', token: '' });
  const [busy, setBusy] = useState(false);
  const [error, setError] = useState<unknown>(null);
  const [empty, setEmpty] = useState(false);

  const problem = new URLSearchParams(window.location.search).get('sign-on-problem');

  const submit = async (event: FormEvent) => {
    event.preventDefault();
    const missing = byToken ? !fields.token.trim() : !fields.user || !fields.password;
    setEmpty(missing);
    if (missing) return;
    setBusy(true);
    setError(null);
    try {
      if (byToken) await signInWithToken(fields.token.trim());
      else await signInWithPassword(fields.user, fields.password, directory ? '' : fields.otp, directory);
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
              {problem && (
                <Alert color="red" variant="light" role="alert" title={t('refused')}>
                  {problem in text ? t(problem as keyof typeof text) : t('otherProblem', { word: problem.replaceAll('_', ' ') })}
                </Alert>
              )}
              {elsewhere.map((provider) => (
                <Button key={provider.id} component="a" href={beginAt(provider)} variant="default" fullWidth>
                  {t('with', { name: provider.name })}
                </Button>
              ))}
              {elsewhere.length > 0 && <Divider />}
              {byToken ? (
                <PasswordInput label={t('token')} description={t('tokenHelp')} autoComplete="off" autoFocus error={empty && !fields.token && t('needed')} {...field('token')} />
              ) : (
                <>
                  <TextInput label={t('user')} autoComplete="username" autoFocus error={empty && !fields.user && t('needed')} {...field('user')} />
                  <PasswordInput label={t('password')} autoComplete="current-password" error={empty && !fields.password && t('needed')} {...field('password')} />
                  {forms.length > 0 && (
                    <Select
                      label={t('through')}
                      allowDeselect={false}
                      value={directory ?? ''}
                      onChange={(value) => setDirectory(value || null)}
                      data={[...forms.map((provider) => ({ value: provider.id, label: provider.name })), ...(options.breakGlass ? [{ value: '', label: t('boxItself') }] : [])]}
                    />
                  )}
                  {!directory && <TextInput label={t('otp')} description={t('otpHelp')} autoComplete="one-time-code" inputMode="numeric" {...field('otp')} />}
                </>
              )}
              {error !== null && <Failure error={error} />}
              <Button type="submit" loading={busy} fullWidth>
                {t('submit')}
              </Button>
              {password && options.token && (
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
