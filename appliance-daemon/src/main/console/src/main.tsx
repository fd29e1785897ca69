import './styles';

import { setNonce } from 'get-nonce';
import { createRoot } from 'react-dom/client';

import { App } from './App';
import { begin } from './api/session';
import { locale } from './i18n/language';

const nonce = document.querySelector<HTMLMetaElement>('meta[name="style-nonce"]')?.content ?? '';
setNonce(nonce);
document.documentElement.lang = locale();

const root = document.getElementById('root');
if (root) createRoot(root).render(<App nonce={nonce} />);
void begin();
