import '../styles';

import { MantineProvider } from '@mantine/core';
import { Notifications } from '@mantine/notifications';
import { QueryClientProvider } from '@tanstack/react-query';
import { setNonce } from 'get-nonce';
import { createRoot } from 'react-dom/client';
import { Router } from 'wouter';

import { queries } from '@/api/client';
import { locale } from '@/i18n/language';
import { Broken } from '@/shell/Broken';
import { themeSaying, variables } from '@/theme';

import { SetUpDoor } from './SetUpDoor';

const nonce = document.querySelector<HTMLMetaElement>('meta[name="style-nonce"]')?.content ?? '';
setNonce(nonce);
document.documentElement.lang = locale();

const root = document.getElementById('root');
if (root) {
  createRoot(root).render(
    <MantineProvider theme={themeSaying('')} cssVariablesResolver={variables} defaultColorScheme="auto" getStyleNonce={() => nonce}>
      <QueryClientProvider client={queries}>
        <Notifications position="bottom-right" autoClose={5000} />
        <Router base="/setup">
          <Broken>
            <SetUpDoor />
          </Broken>
        </Router>
      </QueryClientProvider>
    </MantineProvider>,
  );
}
