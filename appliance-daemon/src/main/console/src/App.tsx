import { MantineProvider } from '@mantine/core';
import { Notifications } from '@mantine/notifications';
import { QueryClientProvider } from '@tanstack/react-query';
import { Router } from 'wouter';

import { queries } from './api/client';
import { useSession } from './api/session';
import { useText } from './i18n/messages';
import { text } from './parts/text';
import { SignIn } from './screens/sign-in/SignIn';
import { Shell } from './shell/Shell';
import { themeSaying, variables } from './theme';

export function App({ nonce }: { nonce: string }) {
  const t = useText(text);
  return (
    <MantineProvider theme={themeSaying(t('close'))} cssVariablesResolver={variables} defaultColorScheme="auto" getStyleNonce={() => nonce}>
      <QueryClientProvider client={queries}>
        <Notifications position="bottom-right" autoClose={5000} />
        <Router base="/console">
          <Door />
        </Router>
      </QueryClientProvider>
    </MantineProvider>
  );
}

function Door() {
  const session = useSession();
  switch (session.state) {
    case 'unknown':
      return null;
    case 'out':
      return <SignIn options={session.options} expired={session.expired} />;
    case 'in':
      return <Shell />;
  }
}
