import { Box, Group, Stack, Text } from '@mantine/core';

import { useText } from '@/i18n/messages';

import { CodeBlock } from './Copy';
import { QrCode } from './QrCode';
import { text } from './text';

/** What an authenticator app needs: as a picture for its camera, and to type in. */
export function Authenticator({ uri, secret }: { uri: string; secret: string }) {
  const t = useText(text);
  return (
    <Group align="flex-start" gap="md">
      <Box style={{ border: '1px solid var(--hairline)' }}>
        <QrCode of={uri} label={t('qrLabel')} />
      </Box>
      <Stack gap="xs" flex={1} miw={220}>
        <Text size="sm">{t('qrHelp')}</Text>
        <CodeBlock code={secret.replace(/(.{4})(?=.)/g, '$1 ')} label={t('qrSecret')} wrap />
      </Stack>
    </Group>
  );
}
