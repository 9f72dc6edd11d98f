// Requests to the node that served this page.
import { session, tokenRefused } from './session.js';

/** What went wrong, in the node's words. */
export class Problem extends Error {
  constructor(status, code, detail) {
    super(detail);
    this.status = status;
    this.code = code;
  }
}

export async function request(method, path, body, signal) {
  const headers = { Accept: 'application/json' };
  if (session.token) {
    headers.Authorization = `Bearer ${session.token}`;
  }
  if (body !== undefined) {
    headers['Content-Type'] = 'application/json';
  }
  let answer;
  try {
    answer = await fetch(path, { method, headers, signal, body: body === undefined ? undefined : JSON.stringify(body) });
  } catch (failure) {
    if (failure.name === 'AbortError') {
      throw failure;
    }
    throw new Problem(0, 'UNREACHABLE', 'The node does not answer. The page tries again.');
  }
  const json = await answer.json().catch(() => ({}));
  if (answer.status === 401) {
    tokenRefused();
  }
  if (!answer.ok) {
    throw new Problem(answer.status, json.code || '', json.detail || `The node answered with ${answer.status}.`);
  }
  return json;
}

export const get = (path, signal) => request('GET', path, undefined, signal);
export const post = (path, body) => request('POST', path, body);

/** A path with those parameters that are not empty. */
export function withQuery(path, parameters) {
  const query = new URLSearchParams(Object.entries(parameters).filter(([, value]) => value !== undefined && value !== null && value !== ''));
  return query.toString() ? `${path}?${query}` : path;
}
