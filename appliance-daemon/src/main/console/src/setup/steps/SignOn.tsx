import { Alert, Button, Fieldset, Group, PasswordInput, SimpleGrid, Stack, Text, TextInput } from '@mantine/core';
import { useForm } from '@mantine/form';
import { useState } from 'react';

import { useText } from '@/i18n/messages';
import { useWords } from '@/i18n/useWords';
import { CodeBlock } from '@/parts/Copy';
import { Ago, Facts } from '@/parts/values';
import { draftOf, fieldsOf, type Provider, type ProviderFields } from '@/screens/sign-on/fields';
import { ProviderInputs } from '@/screens/sign-on/ProviderInputs';
import { text as signIn } from '@/screens/sign-in/text';

import { beginWith, type FoundStep } from '../api';
import { StepForm } from '../StepForm';
import { text } from '../text';

import type { StepProps } from './stepProps';

interface TestLogin {
  at?: string;
  subject: string;
  name: string | null;
  email?: string | null;
  groups: string[];
  roles: string[];
}

interface Found {
  providers: { name: string; kind: string; callback: string; begin: string }[];
  callback: string;
  lastTestLogin: TestLogin | null;
}

/** What was accepted, as the form of a provider knows it. */
function providerOf(answer: unknown): Provider | undefined {
  return answer ? ({ secretSet: true, ...(answer as object) } as Provider) : undefined;
}

export function SignOn({ step, look, next }: StepProps) {
  const t = useText(text);
  const { answer, found, status } = step as FoundStep<unknown, Found>;
  const form = useForm<ProviderFields>({ initialValues: fieldsOf(providerOf(beginWith(step))) });
  const [tryWith, setTryWith] = useState({ name: '', password: '' });
  const { kind, name } = form.getValues();
  return (
    <StepForm
      step={step}
      form={form}
      answer={draftOf}
      fields={(theirs) => fieldsOf(providerOf(theirs))}
      login={(fields) => (fields.kind === 'ldap' && tryWith.name && tryWith.password ? tryWith : undefined)}
      // It stays here: the test login comes next.
      accepted={(answered) => (answered.answer as { kind?: string } | null)?.kind === 'oidc'}
      verb={t('saveProvider')}
      look={look}
      next={next}
      above={status === 'done' && <TestLoginPanel of={found} next={next} />}
    >
      <ProviderInputs form={form} secretSet={answer !== null} />
      {kind === 'oidc' && name.trim() !== '' && (
        <Stack gap={4}>
          <Text size="sm">{t('callbackWhat')}</Text>
          <CodeBlock code={found.callback.replace('{name}', name.trim().toLowerCase())} label={t('callback')} wrap />
        </Stack>
      )}
      {kind === 'ldap' && (
        <Fieldset legend={t('tryWith')}>
          <Text size="xs" c="dimmed" mb="xs">
            {t('tryWithHelp')}
          </Text>
          <SimpleGrid cols={{ base: 1, xs: 2 }} spacing="sm">
            <TextInput label={t('tryName')} autoComplete="off" value={tryWith.name} onChange={(event) => setTryWith({ ...tryWith, name: event.currentTarget.value })} />
            <PasswordInput label={t('password')} autoComplete="off" value={tryWith.password} onChange={(event) => setTryWith({ ...tryWith, password: event.currentTarget.value })} />
          </SimpleGrid>
        </Fieldset>
      )}
    </StepForm>
  );
}

/** A real login at the provider that comes back here and shows what it would make of somebody. */
function TestLoginPanel({ of, next }: { of: Found; next: () => void }) {
  const t = useText(text);
  const s = useText(signIn);
  const w = useWords();
  const problem = new URLSearchParams(window.location.search).get('sign-on-problem');
  const provider = of.providers.find((one) => one.kind === 'oidc');
  const login = of.lastTestLogin;
  return (
    <section className="panel" aria-label={t('testLogin')} style={{ padding: 'var(--mantine-spacing-lg)' }}>
      <Stack gap="sm">
        <Text fw={600}>{t('testLogin')}</Text>
        <Text size="sm">{t('testLoginWhat')}</Text>
        {problem && (
          <Alert color="red" variant="light" c="inherit" role="alert" title={s('refused')}>
            {problem in signIn ? s(problem as keyof typeof signIn) : s('otherProblem', { word: problem.replaceAll('_', ' ') })}
          </Alert>
        )}
        {login && (
          <Alert color={login.roles.length > 0 ? 'green' : 'yellow'} variant="light" c="inherit" role="status" title={t(login.roles.length > 0 ? 'loginWorks' : 'loginNoRole', { name: login.name ?? login.subject })}>
            <Facts
              of={[
                [t('subject'), <span className="mono">{login.subject}</span>],
                login.email ? [t('adminEmail'), login.email] : null,
                [t('groups'), login.groups.join(', ') || '–'],
                [t('roles'), login.roles.map((role) => w('role', role)).join(', ') || '–'],
                login.at ? [t('whenColumn'), <Ago time={login.at} />] : null,
              ]}
            />
          </Alert>
        )}
        <Group gap="xs">
          {provider && (
            <Button component="a" href={backHere(provider.begin)} variant={login ? 'default' : 'filled'}>
              {t(login ? 'testLoginAgain' : 'testLoginGo')}
            </Button>
          )}
          <Button variant={login ? 'filled' : 'default'} onClick={next}>
            {t('goOn')}
          </Button>
        </Group>
      </Stack>
    </section>
  );
}

/** The provider brings the browser back to this step. */
function backHere(begin: string): string {
  const url = new URL(begin, window.location.origin);
  url.searchParams.set('returnTo', '/setup/sign-on');
  return `${url.pathname}${url.search}`;
}
