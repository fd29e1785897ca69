import { Alert, Box, Button, Stack, Text, TextInput, Title } from '@mantine/core';
import { useState, type FormEvent } from 'react';

import { problemOf } from '@/api/problem';
import { useText } from '@/i18n/messages';
import { Failure } from '@/parts/States';
import { clock } from '@/text/times';

import { claim, type SetUp } from './api';
import { text } from './text';

/** Whoever reads the code on the box's own console may set it up. */
export function Claim({ setUp, lost, claimed }: { setUp: SetUp; lost: boolean; claimed: () => Promise<void> }) {
  const t = useText(text);
  const [code, setCode] = useState('');
  const [busy, setBusy] = useState(false);
  const [error, setError] = useState<unknown>(null);
  const taken = setUp.phase === 'claimed';
  const expired = setUp.codeExpiresAt !== null && Date.parse(setUp.codeExpiresAt) < Date.now();
  const submit = async (event: FormEvent) => {
    event.preventDefault();
    if (code.trim() === '') return;
    setBusy(true);
    setError(null);
    try {
      await claim(code.trim());
      await claimed();
    } catch (e) {
      setError(e);
    } finally {
      setBusy(false);
    }
  };
  return (
    <Stack gap="md" maw={560} mx="auto">
      {lost && (
        <Alert color="yellow" c="inherit" variant="light" role="alert" title={t('takenOver')}>
          {t('takenOverWhat')}
        </Alert>
      )}
      <Box className="panel" p="lg">
        <Title order={1} mb={4}>
          {t('title')}
        </Title>
        <Text size="sm" c="dimmed" mb="md">
          {t(taken && !lost ? 'claimTaken' : 'claimWhat')}
        </Text>
        <form onSubmit={(event) => void submit(event)} noValidate>
          <Stack gap="sm">
            {setUp.certificateFingerprint ? (
              <Box>
                <Text size="sm" fw={600}>
                  {t('fingerprint')}
                </Text>
                <Text size="xs" c="dimmed" mb={4}>
                  {t('fingerprintWhat')}
                </Text>
                <pre className="code" aria-label={t('fingerprint')} tabIndex={0}>
                  {lines(setUp.certificateFingerprint)}
                </pre>
              </Box>
            ) : (
              <Alert color="yellow" c="inherit" variant="light" role="note">
                {t('noCertificate')}
              </Alert>
            )}
            <TextInput
              label={t('code')}
              description={setUp.codeExpiresAt && !expired ? t('codeUntil', { time: clock(setUp.codeExpiresAt) }) : t('codeWhat')}
              placeholder="XXXX-XXXX"
              autoComplete="off"
              autoCapitalize="characters"
              spellCheck={false}
              autoFocus
              maxLength={64}
              size="md"
              classNames={{ input: 'mono' }}
              value={code}
              onChange={(event) => setCode(event.currentTarget.value)}
            />
            {error !== null ? (
              <Failure error={error} />
            ) : (
              expired && (
                <Alert color="yellow" c="inherit" variant="light" role="status">
                  {t('codeExpired')}
                </Alert>
              )
            )}
            {error !== null && problemOf(error).kind === 'already_claimed' && <Text size="sm">{t('takeOverHow')}</Text>}
            <Button type="submit" loading={busy} disabled={code.trim() === ''}>
              {t('claim')}
            </Button>
          </Stack>
        </form>
      </Box>
    </Stack>
  );
}

/** Eight pairs a line, as the box's console prints it: easier to compare by eye. */
function lines(fingerprint: string): string {
  const pairs = fingerprint.replace(/[^0-9a-f]/gi, '').toUpperCase().match(/../g) ?? [fingerprint];
  return Array.from({ length: Math.ceil(pairs.length / 8) }, (_, line) => pairs.slice(line * 8, line * 8 + 8).join(':')).join('\n');
}
