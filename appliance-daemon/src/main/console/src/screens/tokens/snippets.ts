import type { Schemas } from '@/api/client';
import type { Snippet } from '@/parts/Copy';

/** How a program brings its token, as it stands. The box's certificate is its own unless somebody gave it another. */
export function snippets(of: Schemas['IssuedApiToken'], at: URL = new URL(window.location.origin)): Snippet[] {
  const curl = (path: string): Snippet => ({ name: 'curl', code: `curl -sS --cacert gatehouse.pem -H 'Authorization: Bearer ${of.secret}' ${at.origin}${path}` });
  const certificate: Snippet = { name: 'gatehouse.pem', code: `openssl s_client -connect ${at.hostname}:${at.port || 443} </dev/null | openssl x509 -out gatehouse.pem\nopenssl x509 -in gatehouse.pem -noout -fingerprint -sha256` };
  const tls = at.protocol === 'https:' ? [certificate] : [];
  if (of.token.access === 'metrics') {
    return [
      {
        name: 'Prometheus',
        code: `scrape_configs:
  - job_name: gatehouse
    scheme: ${at.protocol.slice(0, -1)}
    authorization:
      credentials: ${of.secret}${at.protocol === 'https:' ? '\n    tls_config:\n      ca_file: gatehouse.pem' : ''}
    static_configs:
      - targets: ['${at.hostname}:${at.port || (at.protocol === 'https:' ? 443 : 80)}']`,
      },
      curl('/metrics'),
      ...tls,
    ];
  }
  return [
    curl('/api/v1/session'),
    { name: 'gatehouse', code: `export GATEHOUSE_URL=${at.origin}\nexport GATEHOUSE_ADMIN_TOKEN=${of.secret}\ngatehouse status --cacert gatehouse.pem` },
    ...tls,
  ];
}
