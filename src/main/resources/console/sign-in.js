// Signing in at the issuer of the node's tokens: an authorization code with PKCE (RFC 6749, RFC 7636). The code's secret stays in this tab.
import { get } from './api.js';
import { signIn } from './session.js';

const PENDING = 'signing-in';
const REDIRECT = `${location.origin}/console/`;

let settings = {};
let problem = '';

export const issuer = {
  /** The issuer's host; empty if people sign in by a token alone, as on a page that came without TLS: a browser computes no challenge there. */
  get host() {
    return settings.clientId && isSecureContext ? new URL(settings.authorizationEndpoint).host : '';
  },
  /** Why signing in failed; empty if it did not. */
  get problem() {
    return problem;
  },
};

function base64url(bytes) {
  return btoa(String.fromCharCode(...bytes)).replaceAll('+', '-').replaceAll('/', '_').replaceAll('=', '');
}

function random() {
  return base64url(crypto.getRandomValues(new Uint8Array(32)));
}

/** Reads how people sign in here, and ends a sign-in that the issuer has just answered. */
export async function arrive() {
  const answer = new URLSearchParams(location.search);
  const answered = answer.has('state') && (answer.has('code') || answer.has('error'));
  const asked = JSON.parse(sessionStorage.getItem(PENDING) || 'null');
  if (answered) {
    // The address is cleaned before anything can fail, so that the code stays in no history.
    sessionStorage.removeItem(PENDING);
    history.replaceState(null, '', `${REDIRECT}${asked?.page || ''}`);
  }
  try {
    settings = await get('/console/sign-in.json');
    if (answered) {
      signIn(await token(answer, asked));
    }
  } catch (failure) {
    problem = answered ? failure.message : '';
  }
}

async function token(answer, asked) {
  if (!asked || answer.get('state') !== asked.state) {
    throw new Error('The issuer\'s answer does not belong to this tab. Sign in again.');
  }
  // RFC 9207: an answer may say which issuer it is from.
  if (answer.has('iss') && answer.get('iss') !== settings.issuer) {
    throw new Error('The answer came from another issuer than this node\'s. Sign in again.');
  }
  if (answer.has('error')) {
    throw new Error(`The issuer did not sign you in: ${answer.get('error_description') || answer.get('error')}`);
  }
  const response = await fetch(settings.tokenEndpoint, { method: 'POST', credentials: 'omit', redirect: 'error', cache: 'no-store',
    body: new URLSearchParams({ grant_type: 'authorization_code', code: answer.get('code'), redirect_uri: REDIRECT, client_id: settings.clientId,
      code_verifier: asked.verifier }) }).catch(() => {
    throw new Error('The issuer gave no token: it does not answer, or does not let this page ask. Sign in again.');
  });
  const given = await response.json().catch(() => ({}));
  if (!response.ok || !given.access_token || !/^bearer$/i.test(given.token_type)) {
    throw new Error(`The issuer gave no token: ${given.error_description || given.error || response.status}. Sign in again.`);
  }
  return given.access_token;
}

/** Leaves for the issuer's page. The issuer leads back here. */
export async function leave() {
  const asked = { state: random(), verifier: random(), page: location.hash };
  sessionStorage.setItem(PENDING, JSON.stringify(asked));
  const challenge = base64url(new Uint8Array(await crypto.subtle.digest('SHA-256', new TextEncoder().encode(asked.verifier))));
  const target = new URL(settings.authorizationEndpoint);
  Object.entries({ response_type: 'code', client_id: settings.clientId, redirect_uri: REDIRECT, scope: settings.scope, state: asked.state,
    code_challenge: challenge, code_challenge_method: 'S256' }).forEach(([name, value]) => target.searchParams.set(name, value));
  location.assign(target);
}
