import { Alert, Button, Text } from '@mantine/core';
import { Component, type ReactNode } from 'react';

import { say } from '@/i18n/messages';

import { text } from './text';

/** Keeps a mistake in one screen from taking the whole console away. */
export class Broken extends Component<{ children: ReactNode }, { error: Error | null }> {
  override state: { error: Error | null } = { error: null };

  static getDerivedStateFromError(error: Error): { error: Error } {
    return { error };
  }

  override render(): ReactNode {
    const { error } = this.state;
    if (!error) return this.props.children;
    return (
      <Alert color="red" variant="light" title={say(text.broken)} role="alert">
        <Text size="sm">{say(text.brokenWhat, { message: error.message })}</Text>
        <Button mt="sm" size="compact-sm" variant="default" onClick={() => window.location.reload()}>
          {say(text.reload)}
        </Button>
      </Alert>
    );
  }
}
