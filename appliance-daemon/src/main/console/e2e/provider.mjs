// An OpenID Connect provider with one person in it, for logins in the browser: authorization code with PKCE, tokens that
// it signs itself, and a page on which that person says yes.
import { createHash, generateKeyPairSync, randomUUID, sign } from 'node:crypto';
import { createServer } from 'node:http';

const base64 = (value) => Buffer.from(typeof value === 'string' ? value : JSON.stringify(value)).toString('base64url');

export async function provider({ client = 'gatehouse', secret = 's3cret', person = { sub: 'subject-1', preferred_username: 'grace', name: 'Grace Hopper', email: 'grace@example.com', groups: ['ai-admins'] } } = {}) {
  const { publicKey, privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
  const kid = randomUUID();
  const begun = new Map();
  let issuer = '';
  const token = (asked) => {
    const now = Math.floor(Date.now() / 1000);
    const claims = { iss: issuer, aud: client, iat: now, exp: now + 300, auth_time: now, nonce: asked.nonce, sid: 'session-1', email_verified: true, ...person };
    const signed = `${base64({ alg: 'RS256', typ: 'JWT', kid })}.${base64(claims)}`;
    return `${signed}.${sign('sha256', Buffer.from(signed), privateKey).toString('base64url')}`;
  };
  const server = createServer(async (request, answer) => {
    const url = new URL(request.url, issuer);
    const json = (status, body) => answer.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
    switch (url.pathname) {
      case '/.well-known/openid-configuration':
        return json(200, {
          issuer, authorization_endpoint: `${issuer}/authorize`, token_endpoint: `${issuer}/token`, jwks_uri: `${issuer}/keys`, userinfo_endpoint: `${issuer}/userinfo`,
          end_session_endpoint: `${issuer}/end`, response_types_supported: ['code'], subject_types_supported: ['public'], id_token_signing_alg_values_supported: ['RS256'],
          code_challenge_methods_supported: ['S256'],
        });
      case '/keys':
        return json(200, { keys: [{ ...publicKey.export({ format: 'jwk' }), kid, use: 'sig', alg: 'RS256' }] });
      case '/authorize': {
        const asked = Object.fromEntries(url.searchParams);
        const code = randomUUID();
        begun.set(code, asked);
        const back = new URL(asked.redirect_uri);
        back.searchParams.set('code', code);
        back.searchParams.set('state', asked.state);
        answer.writeHead(200, { 'content-type': 'text/html' });
        return answer.end(`<!doctype html><title>Company account</title><h1>Company account</h1><p>Sign in as ${person.name}?</p><a id="yes" href="${back.href.replaceAll('&', '&amp;')}">Yes</a>`);
      }
      case '/token': {
        let body = '';
        for await (const piece of request) body += piece;
        const form = new URLSearchParams(body);
        const asked = begun.get(form.get('code'));
        begun.delete(form.get('code'));
        const known = request.headers.authorization === `Basic ${Buffer.from(`${client}:${secret}`).toString('base64')}`;
        const proven = asked && createHash('sha256').update(form.get('code_verifier') ?? '').digest('base64url') === asked.code_challenge;
        if (!known || !proven || form.get('redirect_uri') !== asked.redirect_uri) return json(400, { error: 'invalid_grant' });
        return json(200, { access_token: 'at', token_type: 'Bearer', expires_in: 60, id_token: token(asked) });
      }
      case '/userinfo':
        return json(200, person);
      default:
        return json(404, {});
    }
  });
  await new Promise((ready) => server.listen(0, '127.0.0.1', ready));
  issuer = `http://127.0.0.1:${server.address().port}`;
  return { issuer, client, secret, person, close: () => server.close() };
}
