// The access token of the person at this page. It is kept for this tab alone and sent nowhere but to this node.
const listeners = new Set();
let needed = false;
let refused = false;
let rights = null;

export const session = {
  get token() {
    return sessionStorage.getItem('token');
  },
  /** The name that the node knows this person by; null until it has said so. */
  get operator() {
    return rights?.operator;
  },
  /** Whether the token has the scope. True until the node has said what it has. */
  may(scope) {
    return !rights || rights.open || rights.scopes.includes(scope);
  },
  /** Whether the last token was refused. */
  get wasRefused() {
    return refused;
  },
  /** Whether the node has asked for a token that this page does not have. */
  get isNeeded() {
    return needed;
  },
};

/** The node's answer to who this is. */
export function known(answer) {
  rights = answer;
  changed();
}

export function signIn(token) {
  sessionStorage.setItem('token', token.replace(/^Bearer\s+/i, '').trim());
  needed = false;
  rights = null;
  changed();
}

export function signOut() {
  sessionStorage.removeItem('token');
  needed = true;
  changed();
}

/** The node asks for a token, or for another one than it got. */
export function tokenRefused() {
  const had = Boolean(session.token);
  if (!needed || had) {
    needed = true;
    refused = had;
    sessionStorage.removeItem('token');
    changed();
  }
}

export function onSession(listener) {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

function changed() {
  listeners.forEach((listener) => listener());
}
