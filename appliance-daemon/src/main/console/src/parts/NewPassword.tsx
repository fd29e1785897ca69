import { Button, Group, PasswordInput } from '@mantine/core';
import { useState } from 'react';

import { useText } from '@/i18n/messages';

import { text } from './text';

// Without what people mistake for one another when they type it at a console: 0 O, 1 l I.
const LETTERS = 'abcdefghijkmnopqrstuvwxyzABCDEFGHJKLMNPQRSTUVWXYZ23456789';
const LENGTH = 20;

/** Twenty letters drawn evenly: 117 bits. */
export function drawnPassword(): string {
  const drawn: string[] = [];
  while (drawn.length < LENGTH) {
    for (const byte of crypto.getRandomValues(new Uint8Array(LENGTH * 2))) {
      // What is beyond the last whole multiple would make the first letters likelier.
      if (byte < 256 - (256 % LETTERS.length) && drawn.length < LENGTH) drawn.push(LETTERS.charAt(byte % LETTERS.length));
    }
  }
  return drawn.join('');
}

/** A field for a new password, and a button that draws a strong one. */
export function NewPassword({ value, onChange, error, label }: { value: string; onChange: (password: string) => void; error?: string | undefined; label: string }) {
  const t = useText(text);
  const [visible, setVisible] = useState(false);
  return (
    <Group align="flex-start" gap="xs" wrap="nowrap">
      <PasswordInput
        flex={1}
        label={label}
        description={t('passwordHelp')}
        required
        autoComplete="new-password"
        visible={visible}
        onVisibilityChange={setVisible}
        value={value}
        onChange={(event) => onChange(event.currentTarget.value)}
        error={error}
      />
      <Button
        variant="default"
        mt={39}
        onClick={() => {
          onChange(drawnPassword());
          setVisible(true);
        }}
      >
        {t('passwordDraw')}
      </Button>
    </Group>
  );
}
