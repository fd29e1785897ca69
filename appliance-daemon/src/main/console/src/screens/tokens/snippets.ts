import type { Schemas } from '@/api/client';
import type { Snippet } from '@/parts/Copy';

/** How a program brings its token, as it stands. The box's certificate is its own unless somebody gave it another. */
export function snippets(of: Schemas['IssuedApiToken'], at: URL = new URL(window.location.origin)): Snippet[] {
  const secure = at.protocol === 'https:';
  const trust = secure ? ' --cacert gatehouse.pem' : '';
  const port = at.port || (secure ? 443 : 80);
  const curl = (path: string): Snippet => ({ name: 'curl', code: `curl -sS${trust} -H 'Authorization: Bearer ${of.secret}' ${at.origin}${path}` });
  const certificate: Snippet = { name: 'gatehouse.pem', code: `openssl s_client -connect ${at.hostname}:${port} </dev/null | openssl x509 -out gatehouse.pem\nopenssl x509 -in gatehouse.pem -noout -fingerprint -sha256` };
  const tls = secure ? [certificate] : [];
  if (of.token.access === 'metrics') {
    return [
      {
        name: 'Prometheus',
        code: `scrape_configs:
  - job_name: gatehouse
    scheme: ${at.protocol.slice(0, -1)}
    authorization:
      credentials: ${of.secret}${secure ? '\n    tls_config:\n      ca_file: gatehouse.pem' : ''}
    static_configs:
      - targets: ['${at.hostname}:${port}']`,
      },
      curl('/metrics'),
      ...tls,
    ];
  }
  return [
    curl('/api/v1/session'),
    { name: 'gatehouse', code: `export GATEHOUSE_URL=${at.origin}\nexport GATEHOUSE_ADMIN_TOKEN=${of.secret}\ngatehouse status${trust}` },
    ...tls,
  ];
}
